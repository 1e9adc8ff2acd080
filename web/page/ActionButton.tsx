import type { ComponentChildren, VNode } from 'preact';
import { useState } from 'preact/hooks';
import { Button, type ButtonProps } from '../../packages/accounts/pages/components/Button.js';
import { Notice } from '../../packages/accounts/pages/components/Notice.js';
import { refusal } from './explain.js';

export interface ActionButtonProps extends Pick<ButtonProps, 'kind' | 'label'> {
  readonly children: ComponentChildren;
  readonly onAct: () => Promise<unknown>;
}

/** A button that calls the server, busy as long as that takes. What was wrong is shown beside it. */
export function ActionButton({ children, onAct, ...button }: ActionButtonProps): VNode {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const act = async (): Promise<void> => {
    setBusy(true);
    const fault = await refusal(onAct).finally(() => setBusy(false));
    setProblem(fault?.message);
  };
  return (
    <>
      <Button {...button} isBusy={isBusy} onClick={() => void act()}>
        {children}
      </Button>
      {problem !== undefined && <Notice kind="problem">{problem}</Notice>}
    </>
  );
}
