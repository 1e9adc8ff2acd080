import type { VNode } from 'preact';

export interface TagProps {
  readonly text: string;
  /** Colour, beside the text that says the same; default: `neutral`. */
  readonly tone?: 'neutral' | 'accent' | 'added' | 'changed' | 'removed';
}

/** A word or two about what stands beside it. */
export function Tag({ text, tone = 'neutral' }: TagProps): VNode {
  return <span class={`tag ${tone}`}>{text}</span>;
}
