import type { VNode } from 'preact';
import type { Json, JsonObject } from '../../src/lifecycle/JsonObject.js';
import { Empty } from '../components/Empty.js';
import { Isolated } from '../components/Isolated.js';
import { texts } from './texts.js';

/** Names and values that the application or its users have chosen, as text. */
export function ValuesPanel({ values }: { readonly values: JsonObject }): VNode {
  const entries = Object.entries(values);
  if (entries.length === 0) return <Empty>{texts.none}</Empty>;
  return (
    <dl class="values">
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>
            <Isolated text={name} />
          </dt>
          <dd>
            {typeof value === 'string' ? (
              <Isolated text={value} />
            ) : (
              <Isolated isCode text={jsonOf(value)} />
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Marks by which text changes its direction. */
const DIRECTION_MARKS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** JSON in which no value can reorder what stands beside it. */
function jsonOf(value: Json): string {
  return JSON.stringify(value).replace(
    DIRECTION_MARKS,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
