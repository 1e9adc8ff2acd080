import type { VNode } from 'preact';
import { useRef } from 'preact/hooks';
import {
  addEmail,
  addPhone,
  removeContact,
  verifyPhone,
  type ContactAnswer,
} from '@latchkey/accounts/client';
import { Empty } from '../../../packages/accounts/pages/components/Empty.js';
import { Field } from '../../../packages/accounts/pages/components/Field.js';
import { Form } from '../../../packages/accounts/pages/components/Form.js';
import { Isolated } from '../../../packages/accounts/pages/components/Isolated.js';
import { Records } from '../../../packages/accounts/pages/components/Records.js';
import { Tag } from '../../../packages/accounts/pages/components/Tag.js';
import { Timestamp } from '../../../packages/accounts/pages/components/Timestamp.js';
import { ActionButton } from '../ActionButton.js';
import { client } from '../clients.js';
import { refusal } from '../explain.js';
import { texts } from '../texts.js';
import { useTour } from '../useTour.js';

/** Addresses and phone numbers: added, confirmed, removed. */
export function Contacts(): VNode {
  const { lists, setLists, act } = useTour();
  const heading = useRef<HTMLHeadingElement>(null);
  const t = texts.contacts;
  const change = (next: (contacts: readonly ContactAnswer[]) => readonly ContactAnswer[]): void =>
    setLists((before) => ({ ...before, contacts: next(before.contacts ?? []) }));
  const isSame = (one: ContactAnswer) => (other: ContactAnswer) =>
    one.contactId === other.contactId;

  const remove = async (contact: ContactAnswer): Promise<void> => {
    const { contactId } = contact;
    await act(t.removeClick, () => removeContact(client, { contactId }), t.removed);
    change((contacts) => contacts.filter((each) => !isSame(contact)(each)));
    heading.current?.focus();
  };
  const verify = async (contact: ContactAnswer, code: string): Promise<void> => {
    const body = { phone: contact.value, code };
    await act(t.verifyClick, () => verifyPhone(client, body), t.verified);
    const verified = { ...contact, verified: true };
    change((contacts) => contacts.map((each) => (isSame(contact)(each) ? verified : each)));
    heading.current?.focus();
  };

  return (
    <div class="stack">
      <h3 ref={heading} tabIndex={-1}>
        {t.heading}
      </h3>
      {lists.contacts?.length === 0 && <Empty>{t.none}</Empty>}
      {lists.contacts && lists.contacts.length > 0 && (
        <Records
          label={t.list}
          records={lists.contacts.map((contact) => ({
            key: contact.contactId,
            title: (
              <>
                <Isolated text={contact.value} />
                {contact.verified ? (
                  <Tag tone="added" text={t.confirmed} />
                ) : (
                  <Tag tone="changed" text={t.unconfirmed} />
                )}
              </>
            ),
            details: (
              <>
                {t.added} <Timestamp value={contact.createdAt} />
              </>
            ),
            actions: (
              <ActionButton label={`${t.remove} ${contact.value}`} onAct={() => remove(contact)}>
                {t.remove}
              </ActionButton>
            ),
            more: contact.kind === 'phone' && !contact.verified && (
              <Form
                label={t.verifyLabel}
                submit={t.verify}
                kind="plain"
                isInline
                onSubmit={({ code = '' }) => refusal(() => verify(contact, code.trim()), ['code'])}
              >
                <Field
                  name="code"
                  label={t.verifyCode}
                  inputMode="numeric"
                  autocomplete="one-time-code"
                />
              </Form>
            ),
          }))}
        />
      )}
      <Form
        label={t.addEmail}
        submit={t.addEmail}
        kind="plain"
        isInline
        resets
        onSubmit={({ email = '' }) =>
          refusal(async () => {
            const body = { email: email.trim() };
            const { contact } = await act(
              t.addEmailClick,
              () => addEmail(client, body),
              t.addedEmail,
            );
            change((contacts) => [...contacts, contact]);
          }, ['email'])
        }
      >
        <Field
          name="email"
          type="email"
          inputMode="email"
          label={texts.email}
          autocomplete="email"
        />
      </Form>
      <Form
        label={t.addPhone}
        submit={t.addPhone}
        kind="plain"
        isInline
        resets
        onSubmit={({ phone = '' }) =>
          refusal(async () => {
            const { contact } = await act(
              t.addPhoneClick,
              () => addPhone(client, { phone }),
              t.addedPhone,
            );
            change((contacts) => [...contacts, contact]);
          }, ['phone'])
        }
      >
        <Field
          name="phone"
          type="tel"
          inputMode="tel"
          label={t.phone}
          hint={t.phoneHint}
          autocomplete="tel"
        />
      </Form>
    </div>
  );
}
