import type { ComponentChildren, Ref, VNode } from 'preact';
import { useTexts } from './texts.js';

export interface ButtonProps {
  readonly children: ComponentChildren;
  /** `primary` for the one next step of a view, `danger` for what cannot be undone; default: `plain`. */
  readonly kind?: 'primary' | 'plain' | 'danger' | 'quiet';
  readonly type?: 'button' | 'submit';
  /** Keeps the focus, but does nothing. */
  readonly isBusy?: boolean;
  readonly isDisabled?: boolean;
  /** Names what the button acts on, where its text alone does not: `Revoke Firefox on Linux`. */
  readonly label?: string | undefined;
  readonly onClick?: () => void;
  readonly buttonRef?: Ref<HTMLButtonElement>;
}

/** A button that can be busy. */
export function Button(props: ButtonProps): VNode {
  const { children, kind = 'plain', type = 'button', isBusy = false, isDisabled = false } = props;
  const { busy } = useTexts();
  return (
    <button
      ref={props.buttonRef ?? null}
      type={type}
      class={`button ${kind}`}
      aria-label={props.label}
      aria-disabled={isBusy || isDisabled}
      aria-busy={isBusy}
      onClick={(event) => {
        if (isBusy || isDisabled) event.preventDefault();
        else props.onClick?.();
      }}
    >
      {children}
      {isBusy && <span class="spinner" aria-hidden="true" />}
      {isBusy && <span class="unseen">{busy}</span>}
    </button>
  );
}
