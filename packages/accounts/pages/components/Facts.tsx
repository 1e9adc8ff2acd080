import type { ComponentChildren, VNode } from 'preact';

export interface FactsProps {
  /** Name and value of each; a value that is undefined is left out with its name. */
  readonly facts: readonly (readonly [name: string, value: ComponentChildren])[];
}

/** Names and values, one pair a line. */
export function Facts({ facts }: FactsProps): VNode {
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
