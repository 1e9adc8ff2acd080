import type { ComponentChildren, VNode } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Button } from './Button.js';
import { CostLine } from './CostLine.js';
import type { Cost } from './costs.js';
import { Dialog } from './Dialog.js';
import { Notice } from './Notice.js';
import { useTexts } from './texts.js';

/** One of the questions of a {@link Confirm}. */
export interface Question {
  readonly title: string;
  readonly children: ComponentChildren;
  /** Text of the button that agrees. */
  readonly agree: string;
}

export interface ConfirmProps {
  /** Asked one after the other. */
  readonly questions: readonly [Question, ...Question[]];
  /** Cost of the change, shown with each question. */
  readonly cost?: Cost | undefined;
  readonly isDangerous?: boolean;
  /** Makes the change; resolves to a sentence if it was refused. */
  readonly onAgree: () => Promise<string | undefined>;
  /** Called when the dialog is cancelled, and after a change that was made. */
  readonly onClose: () => void;
}

/** Asks before a change, by `questions` one after the other. The focus is on the button that cancels. */
export function Confirm(props: ConfirmProps): VNode | null {
  const { questions, cost, isDangerous = false, onAgree, onClose } = props;
  const { cancel } = useTexts();
  const [at, setAt] = useState(0);
  const [isBusy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string>();
  const cancelButton = useRef<HTMLButtonElement>(null);
  // The button that does nothing: whoever presses Enter twice has not agreed twice.
  useLayoutEffect(() => cancelButton.current?.focus(), [at]);

  const agree = async (): Promise<void> => {
    if (at + 1 < questions.length) {
      setAt(at + 1);
      return;
    }
    setBusy(true);
    const problem = await onAgree().finally(() => setBusy(false));
    setRefused(problem);
    if (problem === undefined) onClose();
  };

  const question = questions[at];
  if (!question) return null;
  return (
    <Dialog title={question.title} onClose={isBusy ? () => undefined : onClose}>
      <div class="question">{question.children}</div>
      {cost && <CostLine cost={cost} />}
      {refused !== undefined && <Notice kind="problem">{refused}</Notice>}
      <div class="actions">
        <Button buttonRef={cancelButton} isDisabled={isBusy} onClick={onClose}>
          {cancel}
        </Button>
        <Button
          kind={isDangerous ? 'danger' : 'primary'}
          isBusy={isBusy}
          onClick={() => void agree()}
        >
          {question.agree}
        </Button>
      </div>
    </Dialog>
  );
}
