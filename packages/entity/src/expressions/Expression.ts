import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Field } from './FieldScope.js';

/** Placeholders that were used before: V8 is slow with names of properties that are new texts. */
const PLACEHOLDERS: Readonly<Record<'#' | ':', string[]>> = { '#': [], ':': [] };

/** The placeholders of one request: every name and value goes through them, so none can be syntax. */
export class Expression {
  readonly #names = new Map<string, string>();
  /** The values that placeholders stand for, by placeholder. */
  readonly values: Record<string, AttributeValue> = {};
  #valueCount = 0;

  /** A placeholder path, such as `#0.#1[2]`; digits are a list position where `lists` says so. */
  path(segments: readonly string[], lists: readonly boolean[] = []): string {
    // Nearly every field is one of the document itself, which is no list.
    if (segments.length === 1) return this.#name(segments[0] ?? '');
    let path = '';
    let depth = 0;
    for (const segment of segments) {
      if (lists[depth] === true && /^\d+$/.test(segment)) path += `[${segment}]`;
      else path += (depth > 0 ? '.' : '') + this.#name(segment);
      depth++;
    }
    return path;
  }

  /** The placeholder path of a field. */
  field({ stored, lists }: Pick<Field, 'stored' | 'lists'>): string {
    return this.path(stored, lists);
  }

  /** A placeholder for a value, such as `:0`. */
  value(attribute: AttributeValue): string {
    const placeholder = placeholderOf(':', this.#valueCount++);
    this.values[placeholder] = attribute;
    return placeholder;
  }

  /** The request parameters that say what the placeholders stand for. */
  get attributes(): {
    ExpressionAttributeNames?: Record<string, string>;
    ExpressionAttributeValues?: Record<string, AttributeValue>;
  } {
    const attributes: Expression['attributes'] = {};
    if (this.#names.size > 0) attributes.ExpressionAttributeNames = this.names;
    if (this.#valueCount > 0) attributes.ExpressionAttributeValues = this.values;
    return attributes;
  }

  /** The names that placeholders stand for, by placeholder. */
  get names(): Record<string, string> {
    const names: Record<string, string> = {};
    for (const [name, placeholder] of this.#names) names[placeholder] = name;
    return names;
  }

  #name(segment: string): string {
    const known = this.#names.get(segment);
    if (known !== undefined) return known;
    const placeholder = placeholderOf('#', this.#names.size);
    this.#names.set(segment, placeholder);
    return placeholder;
  }
}

function placeholderOf(mark: '#' | ':', number: number): string {
  return (PLACEHOLDERS[mark][number] ??= `${mark}${String(number)}`);
}
