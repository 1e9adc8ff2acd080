import { createContext, type ComponentChildren, type VNode } from 'preact';
import { useContext, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Button } from './Button.js';
import { Notice } from './Notice.js';
import { useTexts } from './texts.js';

/** Reason why a form was refused. */
export interface FormFault {
  /** A sentence for the person at the form. */
  readonly message: string;
  /** Name of the field at which it is shown; default: above the form. */
  readonly field?: string | undefined;
}

export interface FormProps {
  /** Accessible name. */
  readonly label: string;
  /** Text of the button. */
  readonly submit: string;
  readonly kind?: 'primary' | 'plain' | 'danger' | undefined;
  /** Fields. */
  readonly children?: ComponentChildren;
  /** Buttons beside that of the form. */
  readonly others?: ComponentChildren;
  /** Side by side on one line where there is room, for a form of one field. */
  readonly isInline?: boolean;
  /** Empties the form once it is accepted. */
  readonly resets?: boolean;
  /** Gets the value of each field by its name; resolves to a fault for a form that was refused. */
  readonly onSubmit: (values: Readonly<Record<string, string>>) => Promise<FormFault | undefined>;
}

const Fault = createContext<FormFault | undefined>(undefined);

/** Fault of the form around a field, if it is about this field. */
export function useFieldFault(name: string): string | undefined {
  const fault = useContext(Fault);
  return fault?.field === name ? fault.message : undefined;
}

/**
 * A form that sends itself once at a time. When it is refused, the focus moves to the field that is
 * wrong, or to the sentence above the form.
 */
export function Form(props: FormProps): VNode {
  const { label, submit, kind = 'primary', children, isInline = false, resets = false } = props;
  const texts = useTexts();
  const form = useRef<HTMLFormElement>(null);
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<FormFault>();

  useLayoutEffect(() => {
    if (fault) focusFault(form.current, fault);
  }, [fault]);

  const send = async (element: HTMLFormElement): Promise<void> => {
    const empty = emptyField(element);
    if (empty !== undefined) {
      setFault({ message: texts.required, field: empty });
      return;
    }
    setBusy(true);
    try {
      const refused = await props.onSubmit(valuesOf(element));
      setFault(refused);
      if (resets && !refused) element.reset();
    } finally {
      setBusy(false);
    }
  };

  return (
    <form
      ref={form}
      class={isInline ? 'form inline' : 'form'}
      aria-label={label}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!isBusy) void send(event.currentTarget);
      }}
    >
      {fault && fault.field === undefined && (
        <Notice kind="problem" isFocusable>
          {fault.message}
        </Notice>
      )}
      <Fault.Provider value={fault}>{children}</Fault.Provider>
      <div class="actions">
        <Button type="submit" kind={kind} isBusy={isBusy}>
          {submit}
        </Button>
        {props.others}
      </div>
    </form>
  );
}

function focusFault(form: HTMLFormElement | null, { field }: FormFault): void {
  const selector = field === undefined ? '[role=alert]' : `[name="${CSS.escape(field)}"]`;
  form?.querySelector<HTMLElement>(selector)?.focus();
}

function emptyField(form: HTMLFormElement): string | undefined {
  const fields = form.querySelectorAll<HTMLInputElement>('[aria-required=true]');
  return [...fields].find(({ value }) => value.trim() === '')?.name;
}

function valuesOf(form: HTMLFormElement): Record<string, string> {
  const entries = [...new FormData(form)];
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
