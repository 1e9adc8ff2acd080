import type { VNode } from 'preact';
import { CostLine } from '../../../packages/accounts/pages/components/CostLine.js';
import { Empty } from '../../../packages/accounts/pages/components/Empty.js';
import { Isolated } from '../../../packages/accounts/pages/components/Isolated.js';
import { dollarsPerMillion, formatDollars } from '../../../packages/accounts/src/costs/dollars.js';
import { texts } from '../texts.js';
import { useTour, type Call } from '../useTour.js';

/** Cost of the last click, by its calls, and of all clicks so far. */
export function LastClick(): VNode {
  const { click, total } = useTour();
  const t = texts.click;
  return (
    <section class="panel" aria-labelledby="click">
      <h2 id="click">
        {t.heading}
        {click && <span class="muted">: {click.title}</span>}
      </h2>
      {click ? (
        <>
          <CostLine cost={click.cost} />
          <ul class="calls" aria-label={t.calls}>
            {click.calls.map((call) => (
              <li key={call.id}>
                <Isolated isCode text={`${call.method} ${call.path}`} />
                <span class="muted">{commandsOf(call)}</span>
              </li>
            ))}
          </ul>
          <div class="totals">
            <p class="muted">
              {t.million(formatDollars(dollarsPerMillion(click.cost)))}. {t.prices}
            </p>
            <p class="muted">{t.total}</p>
            <CostLine isMinor cost={total} />
          </div>
        </>
      ) : (
        <Empty>{t.none}</Empty>
      )}
    </section>
  );
}

function commandsOf({ cost }: Call): string {
  return cost.commands.length === 0 ? texts.click.noRequests : cost.commands.join(', ');
}
