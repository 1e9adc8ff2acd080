import { AccountError } from '../../errors/AccountError.js';
import { MAX_RECORD_LENGTH } from './limits.js';
import { parseRecord } from './readLines.js';

/**
 * Reads the elements of a list in a JSON document, one at a time, whatever the document's length: of the
 * list that the document is, or of the one that its outermost object has under a name. Of several
 * documents in a row, as pages of an export, it reads each.
 *
 * @param chunks - the text, in pieces of any length.
 * @throws AccountError `InvalidInput` with reason `notJson` for a document that ends early or closes what
 *   it has not opened, `tooLong` for an element, `noList` for text without such a list.
 */
export async function* readElements(
  chunks: AsyncIterable<string>,
  name: string,
): AsyncGenerator<unknown, void, undefined> {
  const scanner = new ListScanner(name);
  for await (const chunk of chunks) yield* scanner.scan(chunk);
  scanner.end();
}

/** The characters that can change the scanner's state outside of texts, and inside. */
const OUTSIDE = /["{}[\],:]/g;
const INSIDE = /["\\]/g;

class ListScanner {
  readonly #name: string;
  #depth = 0;
  #isInText = false;
  #isEscaped = false;
  /** The last text at the first level, and the one that was a key. */
  #text = '';
  #key = '';
  /** How deep the list's elements are; undefined outside of it. */
  #listDepth: number | undefined;
  #element = '';
  #hasList = false;

  constructor(name: string) {
    this.#name = name;
  }

  *scan(chunk: string): Generator<unknown, void, undefined> {
    /** From where on the chunk was not kept yet. */
    let kept = 0;
    let at = 0;
    const keep = (end: number): void => {
      if (this.#listDepth !== undefined) this.#element += chunk.slice(kept, end);
      else if (this.#isInText && this.#depth === 1) this.#text += chunk.slice(kept, end);
      kept = end;
      // A name of ours is short, and so is what comes between two of them.
      if (this.#listDepth === undefined) this.#text = this.#text.slice(0, 100);
      if (this.#element.length > MAX_RECORD_LENGTH) throw refused('tooLong');
    };
    while (at < chunk.length) {
      if (this.#isEscaped) {
        this.#isEscaped = false;
        at++;
        continue;
      }
      const marks = this.#isInText ? INSIDE : OUTSIDE;
      marks.lastIndex = at;
      const found = marks.exec(chunk);
      if (!found) break;
      const mark = found[0];
      at = found.index + 1;
      if (mark === '\\') this.#isEscaped = true;
      else if (mark === '"') {
        keep(this.#isInText ? at - 1 : at);
        this.#isInText = !this.#isInText;
        if (this.#isInText) this.#text = '';
      } else if (mark === ':') {
        if (this.#depth === 1) this.#key = this.#text;
      } else if (mark === '{' || mark === '[') {
        this.#depth++;
        if (mark === '[' && this.#isList()) {
          this.#listDepth = this.#depth;
          this.#hasList = true;
          kept = at;
        }
      } else if (this.#listDepth === this.#depth) {
        // A comma between two elements, or the end of the list.
        keep(at - 1);
        yield* this.#take();
        kept = at;
        if (mark !== ',') {
          this.#listDepth = undefined;
          this.#depth--;
        }
      } else if (mark !== ',') {
        this.#depth--;
        if (this.#depth < 0) throw refused('notJson');
      }
    }
    keep(chunk.length);
  }

  /** @throws AccountError `InvalidInput` */
  end(): void {
    if (this.#depth !== 0 || this.#isInText) throw refused('notJson');
    if (!this.#hasList) throw refused('noList');
  }

  #isList(): boolean {
    if (this.#listDepth !== undefined) return false;
    return this.#depth === 1 || (this.#depth === 2 && this.#key === this.#name);
  }

  *#take(): Generator<unknown, void, undefined> {
    const text = this.#element;
    this.#element = '';
    if (text.trim() !== '') yield parseRecord(text);
  }
}

function refused(reason: string): AccountError<'InvalidInput'> {
  return new AccountError('InvalidInput', { path: 'file', reason });
}
