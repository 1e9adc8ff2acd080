import type { VNode } from 'preact';
import { useId } from 'preact/hooks';
import { useFieldFault } from './Form.js';
import { useTexts } from './texts.js';

export interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly type?: 'text' | 'email' | 'password' | 'tel' | 'search';
  readonly hint?: string | undefined;
  /** A token of the HTML attribute, such as `new-password`; default: `off`. */
  readonly autocomplete?: string;
  readonly inputMode?: 'text' | 'numeric' | 'email' | 'tel' | 'search';
  readonly isOptional?: boolean;
  readonly initial?: string | undefined;
  /** Characters that it is wide; default: as wide as there is room. */
  readonly size?: number;
}

/** A labelled input of a {@link Form}, with its hint and what is wrong with its value. */
export function Field(props: FieldProps): VNode {
  const { name, label, type = 'text', hint, isOptional = false, initial = '' } = props;
  const { optional } = useTexts();
  const id = useId();
  const fault = useFieldFault(name);
  const described = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label for={id}>
        {label}
        {isOptional && <span class="muted"> {optional}</span>}
      </label>
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <input
        id={id}
        name={name}
        // Preact types the roles that each type allows, one by one; tsc refuses their union.
        // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-assertion
        type={type as 'text'}
        inputMode={props.inputMode}
        autocomplete={props.autocomplete ?? 'off'}
        autocapitalize="none"
        spellcheck={false}
        dir="auto"
        size={props.size}
        class={props.size === undefined ? undefined : 'sized'}
        defaultValue={initial}
        aria-required={!isOptional}
        aria-invalid={fault !== undefined}
        aria-describedby={described === '' ? undefined : described}
      />
      {fault && (
        <p class="fault" id={`${id}-fault`}>
          {fault}
        </p>
      )}
    </div>
  );
}
