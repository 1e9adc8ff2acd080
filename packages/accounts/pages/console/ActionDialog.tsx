import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ActionName, Cost, Effect, Preview } from '../../src/console/api.js';
import type { JsonObject } from '../../src/lifecycle/JsonObject.js';
import { Button } from '../components/Button.js';
import { Confirm } from '../components/Confirm.js';
import { Dialog } from '../components/Dialog.js';
import { Notice } from '../components/Notice.js';
import { useTexts } from '../components/texts.js';
import { confirm, preview } from './api.js';
import { sentenceOf } from './sentenceOf.js';
import { texts } from './texts.js';

export interface ActionDialogProps {
  readonly action: ActionName;
  readonly accountId: string;
  readonly sessionId?: string;
  /** Name of the account in the questions. */
  readonly name: string;
  readonly onDone: (outcome: { readonly sentence: string; readonly cost: Cost }) => void;
  readonly onClose: () => void;
}

/** Tells what an action would do and cost, asks twice, and does it. */
export function ActionDialog(props: ActionDialogProps): VNode {
  const { action, accountId, sessionId, name, onDone, onClose } = props;
  const [previewed, setPreviewed] = useState<Preview>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    void preview(action, { accountId, sessionId }).then(
      ({ result }) => setPreviewed(result),
      (error: unknown) => setProblem(sentenceOf(error)),
    );
  }, []);

  const { ask, askAgain, agree, done } = texts.actions[action];
  if (!previewed) return <Waiting title={ask(name)} problem={problem} onClose={onClose} />;
  const carryOut = async (): Promise<string | undefined> => {
    try {
      const { result, cost } = await confirm(previewed.confirmation);
      if (result.exported) save(result.exported, accountId);
      onDone({ sentence: done(name), cost });
      return undefined;
    } catch (error) {
      return sentenceOf(error);
    }
  };
  return (
    <Confirm
      questions={[
        {
          title: ask(name),
          agree: texts.confirm.continue,
          children: <Effects of={previewed.effects} />,
        },
        { title: askAgain(name), agree, children: <p>{texts.confirm.again}</p> },
      ]}
      cost={previewed.cost}
      isDangerous={action === 'delete'}
      onAgree={carryOut}
      onClose={onClose}
    />
  );
}

function Effects({ of: effects }: { readonly of: readonly Effect[] }): VNode {
  return (
    <>
      <ul class="effects">
        {effects.map(({ name, count = 0 }) => (
          <li key={name}>{texts.effects[name](count)}</li>
        ))}
      </ul>
      <p class="muted">{texts.confirm.atMost}</p>
    </>
  );
}

interface WaitingProps {
  readonly title: string;
  readonly problem: string | undefined;
  readonly onClose: () => void;
}

function Waiting({ title, problem, onClose }: WaitingProps): VNode {
  const { close } = useTexts();
  return (
    <Dialog title={title} onClose={onClose}>
      {problem === undefined ? (
        <p role="status">{texts.confirm.preparing}</p>
      ) : (
        <Notice kind="problem">{problem}</Notice>
      )}
      <div class="actions">
        <Button onClick={onClose}>{close}</Button>
      </div>
    </Dialog>
  );
}

/** Saves data as a file of the operator's. */
function save(data: JsonObject, accountId: string): void {
  const url = URL.createObjectURL(
    new Blob([JSON.stringify(data, null, 2)], { type: 'application/json' }),
  );
  const link = document.createElement('a');
  link.href = url;
  link.download = `account-${accountId}.json`;
  link.click();
  URL.revokeObjectURL(url);
}
