import type { VNode } from 'preact';
import { dollarsOf, formatDollars } from '../../src/costs/dollars.js';
import { formatUnits, type Cost } from './costs.js';
import { useTexts } from './texts.js';

export interface CostLineProps {
  readonly cost: Cost;
  /** Smaller, for a cost beside the one that matters. */
  readonly isMinor?: boolean;
}

/** Requests, write units, read units and dollars of a call. */
export function CostLine({ cost, isMinor = false }: CostLineProps): VNode {
  const texts = useTexts();
  const parts = [
    [texts.requests, String(cost.requests)],
    [texts.writeUnits, formatUnits(cost.writeUnits)],
    [texts.readUnits, formatUnits(cost.readUnits)],
    [texts.dollars, formatDollars(dollarsOf(cost))],
  ] as const;
  return (
    <dl class={isMinor ? 'cost minor' : 'cost'}>
      {parts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
