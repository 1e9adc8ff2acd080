import type { VNode } from 'preact';
import { CostLine } from '../../../packages/accounts/pages/components/CostLine.js';
import { Empty } from '../../../packages/accounts/pages/components/Empty.js';
import { ItemList } from '../../../packages/accounts/pages/components/ItemList.js';
import { Tag } from '../../../packages/accounts/pages/components/Tag.js';
import { texts } from '../texts.js';
import { useTour } from '../useTour.js';

const MARKS = ['added', 'changed', 'removed'] as const;

/** The table as DynamoDB holds it, what the last click has changed first. */
export function TableView(): VNode {
  const { items, reading } = useTour();
  const t = texts.table;
  const present = items.filter(({ mark }) => mark !== 'removed').length;
  const changedFirst = [
    ...items.filter(({ mark }) => mark !== undefined),
    ...items.filter(({ mark }) => mark === undefined),
  ];
  return (
    <section class="panel" aria-labelledby="table">
      <div>
        <h2 id="table">
          {t.heading} <span class="muted">{t.count(present)}</span>
        </h2>
        <p class="muted">{t.lead}</p>
      </div>
      <div class="marks" role="status">
        {MARKS.map((mark) => {
          const count = items.filter((item) => item.mark === mark).length;
          const text = `${count} ${texts.components.marks[mark].toLowerCase()}`;
          return count > 0 && <Tag key={mark} tone={mark} text={text} />;
        })}
      </div>
      {items.length === 0 ? (
        <Empty>{t.none}</Empty>
      ) : (
        <ItemList label={t.list} items={changedFirst} />
      )}
      <div class="totals">
        <p class="muted">{t.reading}</p>
        <CostLine isMinor cost={reading} />
      </div>
    </section>
  );
}
