import type { ComponentChildren, VNode } from 'preact';

/** Says in place of a list that it has nothing in it. */
export function Empty({ children }: { readonly children: ComponentChildren }): VNode {
  return <p class="empty">{children}</p>;
}
