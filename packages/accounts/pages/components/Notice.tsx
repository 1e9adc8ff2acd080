import type { ComponentChildren, VNode } from 'preact';

export interface NoticeProps {
  readonly kind: 'info' | 'success' | 'problem';
  readonly children: ComponentChildren;
  /** Lets a script move the focus to it. */
  readonly isFocusable?: boolean;
}

/** A sentence that screen readers say at once: a problem as an alert, everything else as a status. */
export function Notice({ kind, children, isFocusable = false }: NoticeProps): VNode {
  return (
    <div
      class={`notice ${kind}`}
      role={kind === 'problem' ? 'alert' : 'status'}
      {...(isFocusable && { tabIndex: -1 })}
    >
      {children}
    </div>
  );
}
