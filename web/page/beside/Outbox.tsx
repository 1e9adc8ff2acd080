import type { VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import {
  activate,
  listContacts,
  resetPassword,
  restoreContact,
  session as askSession,
} from '@latchkey/accounts/client';
import { Button } from '../../../packages/accounts/pages/components/Button.js';
import { Dialog } from '../../../packages/accounts/pages/components/Dialog.js';
import { Empty } from '../../../packages/accounts/pages/components/Empty.js';
import { Field } from '../../../packages/accounts/pages/components/Field.js';
import { Form } from '../../../packages/accounts/pages/components/Form.js';
import { Isolated } from '../../../packages/accounts/pages/components/Isolated.js';
import { Records } from '../../../packages/accounts/pages/components/Records.js';
import { Tag } from '../../../packages/accounts/pages/components/Tag.js';
import { ActionButton } from '../ActionButton.js';
import { client } from '../clients.js';
import { refusal } from '../explain.js';
import { texts } from '../texts.js';
import { useTour, type TourMessage } from '../useTour.js';

/** Messages that would have been sent, with buttons for what their links do. */
export function Outbox(): VNode {
  const { messages } = useTour();
  const [used, setUsed] = useState<readonly string[]>([]);
  const heading = useRef<HTMLHeadingElement>(null);
  const t = texts.outbox;
  const use = (id: string): void => {
    setUsed((before) => [...before, id]);
    // The button that had the focus is gone.
    heading.current?.focus();
  };
  return (
    <section class="panel" aria-labelledby="outbox">
      <div>
        <h2 id="outbox" ref={heading} tabIndex={-1}>
          {t.heading}
        </h2>
        <p class="muted">{t.lead}</p>
      </div>
      {messages.length === 0 ? (
        <Empty>{t.none}</Empty>
      ) : (
        <Records
          label={t.list}
          records={messages.toReversed().map((message) => ({
            key: message.id,
            title: <Isolated text={message.subject} />,
            details: (
              <>
                {t.to} <Isolated text={message.to} />
              </>
            ),
            actions: used.includes(message.id) ? (
              <Tag text={t.used} />
            ) : (
              <MessageAction message={message} onUsed={() => use(message.id)} />
            ),
            more: (
              <details class="message">
                <summary>{t.read}</summary>
                <p>
                  <Isolated text={message.text} />
                </p>
              </details>
            ),
          }))}
        />
      )}
    </section>
  );
}

interface MessageActionProps {
  readonly message: TourMessage;
  readonly onUsed: () => void;
}

/** What the link of a message does; nothing for one without. */
function MessageAction({ message, onUsed }: MessageActionProps): VNode | null {
  const { session, act, setLists } = useTour();
  const [isOpen, setOpen] = useState(false);
  const { kind, token } = message;
  const t = texts.outbox;
  if (token === undefined) return null;

  const reload = async (): Promise<void> => {
    if (!session) return;
    const { contacts } = await listContacts(client);
    setLists((lists) => ({ ...lists, contacts }));
  };
  const confirm = async (): Promise<void> => {
    await activate(client, { token });
    await reload();
  };
  const restore = async (): Promise<void> => {
    await restoreContact(client, { token });
    await reload();
  };

  switch (kind) {
    case 'EmailVerification':
      return (
        <ActionButton
          onAct={async () => {
            await act(t.confirmClick, confirm, session ? t.confirmedInSession : t.confirmed);
            onUsed();
          }}
        >
          {t.confirm}
        </ActionButton>
      );
    case 'PasswordReset':
      return (
        <>
          <Button onClick={() => setOpen(true)}>{t.reset}</Button>
          {isOpen && <Reset token={token} onUsed={onUsed} onClose={() => setOpen(false)} />}
        </>
      );
    case 'ContactRemoved':
      return (
        <ActionButton
          onAct={async () => {
            await act(t.restoreClick, restore, t.restored);
            onUsed();
          }}
        >
          {t.restore}
        </ActionButton>
      );
    default:
      return null;
  }
}

interface ResetProps {
  readonly token: string;
  readonly onUsed: () => void;
  readonly onClose: () => void;
}

function Reset({ token, onUsed, onClose }: ResetProps): VNode {
  const { session, act } = useTour();
  const t = texts.outbox;
  const reset = async (newPassword: string): Promise<void> => {
    await resetPassword(client, { token, newPassword });
    // It has ended every session, this one included.
    if (session) await askSession(client);
  };
  return (
    <Dialog title={t.resetTitle} onClose={onClose}>
      <p>{t.resetLead}</p>
      <Form
        label={t.resetLabel}
        submit={t.resetSubmit}
        others={<Button onClick={onClose}>{texts.components.cancel}</Button>}
        onSubmit={async ({ newPassword = '' }) => {
          const fault = await refusal(
            () => act(t.resetClick, () => reset(newPassword), t.resetDone),
            ['newPassword'],
          );
          if (!fault) onUsed();
          return fault;
        }}
      >
        <Field
          name="newPassword"
          type="password"
          label={texts.newPassword}
          hint={texts.passwordHint}
          autocomplete="new-password"
        />
      </Form>
    </Dialog>
  );
}
