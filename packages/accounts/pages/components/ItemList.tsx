import type { VNode } from 'preact';
import { Isolated } from './Isolated.js';
import type { Keyed, Marked } from './markChanges.js';
import { Tag } from './Tag.js';
import { useTexts } from './texts.js';

/** An item of the table, as text. */
export interface TableItem extends Keyed {
  readonly pk: string;
  readonly sk: string;
  /** Name of its entity. */
  readonly entity: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
}

export interface ItemListProps {
  /** Accessible name. */
  readonly label: string;
  readonly items: readonly Marked<TableItem>[];
}

/** Items as the table holds them: key, entity, mark of the last change, and the fields to unfold. */
export function ItemList({ label, items }: ItemListProps): VNode {
  const { marks } = useTexts();
  return (
    <ul class="items" aria-label={label}>
      {items.map(({ item, mark }) => (
        <li key={item.key} class={mark ?? 'same'}>
          <details>
            <summary>
              <span class="entity">
                {item.entity}
                {mark && <Tag text={marks[mark]} tone={mark} />}
              </span>
              <span class="keys">
                <Isolated isCode text={item.pk} />
                <Isolated isCode text={item.sk} />
              </span>
            </summary>
            <dl class="fields">
              {item.fields.map(([name, value]) => (
                <div key={name}>
                  <dt>
                    <Isolated isCode text={name} />
                  </dt>
                  <dd>
                    <Isolated isCode text={value} />
                  </dd>
                </div>
              ))}
            </dl>
          </details>
        </li>
      ))}
    </ul>
  );
}
