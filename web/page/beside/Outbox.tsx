import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
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
import { ActionButton } from '../ActionButton.js';
import { client } from '../clients.js';
import { refusal } from '../explain.js';
import { texts } from '../texts.js';
import { useTour, type TourMessage } from '../useTour.js';

/** Messages that would have been sent, with buttons for what their links do. */
export function Outbox(): VNode {
  const { messages } = useTour();
  const t = texts.outbox;
  return (
    <section class="panel" aria-labelledby="outbox">
      <div>
        <h2 id="outbox">{t.heading}</h2>
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
            actions: <MessageAction message={message} />,
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

/** What the link of a message does; nothing for one without. */
function MessageAction({ message }: { readonly message: TourMessage }): VNode | null {
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
          onAct={() => act(t.confirmClick, confirm, session ? t.confirmedInSession : t.confirmed)}
        >
          {t.confirm}
        </ActionButton>
      );
    case 'PasswordReset':
      return (
        <>
          <Button onClick={() => setOpen(true)}>{t.reset}</Button>
          {isOpen && <Reset token={token} onClose={() => setOpen(false)} />}
        </>
      );
    case 'ContactRemoved':
      return (
        <ActionButton onAct={() => act(t.restoreClick, restore, t.restored)}>
          {t.restore}
        </ActionButton>
      );
    default:
      return null;
  }
}

interface ResetProps {
  readonly token: string;
  readonly onClose: () => void;
}

function Reset({ token, onClose }: ResetProps): VNode {
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
          if (!fault) onClose();
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
