import type { VNode } from 'preact';

export interface IsolatedProps {
  /** Text from anywhere: a name, an address, a user agent, a key of the table. */
  readonly text: string;
  /** In a monospaced font: keys, tokens, codes. */
  readonly isCode?: boolean;
}

/**
 * Text that somebody else has written. Its direction stays its own, so that marks for right-to-left text
 * reorder nothing beside it, and it breaks wherever it must.
 */
export function Isolated({ text, isCode = false }: IsolatedProps): VNode {
  return (
    <bdi class={isCode ? 'isolated code' : 'isolated'} translate={false}>
      {text}
    </bdi>
  );
}
