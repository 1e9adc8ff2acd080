import type { VNode } from 'preact';
import { useId } from 'preact/hooks';

export interface ChoiceProps {
  readonly name: string;
  readonly label: string;
  /** Value and text of each option; the first is chosen. */
  readonly options: readonly (readonly [value: string, text: string])[];
}

/** A labelled choice of one of a few values, in a `Form`. */
export function Choice({ name, label, options }: ChoiceProps): VNode {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} name={name}>
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}
