import { isRead } from './Fault.js';
import {
  documentOf,
  jsonAnswer,
  type SendOn,
  type WireAnswer,
  type WireRequest,
} from './WireExchange.js';
import { writtenItems, type WrittenItem as Item } from './writtenItems.js';

/** The earlier states of secondary indexes, as far as requests have shown them. */
export class IndexHistory {
  /** The last answer to each query of an index. */
  readonly #answers = new Map<string, WireAnswer>();
  /** Items, or keys of items, that were written. */
  readonly #written: Item[] = [];

  /** Forgets what was written until now: every index has caught up. */
  catchUp(): void {
    this.#answers.clear();
    this.#written.length = 0;
  }

  /** Remembers an answer of an index, or the items that a request has written. */
  observe({ operation, body }: WireRequest, answer: WireAnswer): void {
    if (answer.status >= 400) return;
    if (isRead(operation)) {
      if (isIndexQuery(operation, body)) this.#answers.set(body, answer);
    } else {
      this.#written.push(...writtenItems(body));
    }
  }

  /**
   * Answers a query as an index does that lags behind: with the last answer to the same query, or
   * without the items that were written since the index had caught up.
   */
  async staleAnswer({ operation, body }: WireRequest, send: SendOn): Promise<WireAnswer> {
    if (!isIndexQuery(operation, body)) return send();
    const earlier = this.#answers.get(body);
    if (earlier) return earlier;
    const answer = await send();
    if (answer.status >= 400) return answer;
    const document = documentOf(answer) as { Items?: Item[]; Count: number; ScannedCount: number };
    const { Items } = document;
    if (!Items) return answer;
    const known = Items.filter((item) => !this.#written.some((other) => isSame(item, other)));
    const missing = Items.length - known.length;
    return jsonAnswer({
      ...document,
      Items: known,
      Count: document.Count - missing,
      ScannedCount: document.ScannedCount - missing,
    });
  }
}

function isIndexQuery(operation: string, body: string): boolean {
  return /^(Query|Scan)$/.test(operation) && 'IndexName' in (JSON.parse(body) as object);
}

/** Tells whether an answer's item is a written one: what both have is the same, the key among it. */
function isSame(item: Item, written: Item): boolean {
  const shared = Object.keys(written).filter((name) => name in item);
  return (
    shared.length > 0 &&
    shared.every((name) => JSON.stringify(item[name]) === JSON.stringify(written[name]))
  );
}
