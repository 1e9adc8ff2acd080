import type { VNode } from 'preact';
import type { ShownContact } from '../../src/console/api.js';
import { Empty } from '../components/Empty.js';
import { Isolated } from '../components/Isolated.js';
import { Records } from '../components/Records.js';
import { Tag } from '../components/Tag.js';
import { Timestamp } from '../components/Timestamp.js';
import { texts } from './texts.js';

/** The contacts of an account, the lapsed ones last. */
export function ContactsPanel({ contacts }: { readonly contacts: readonly ShownContact[] }): VNode {
  if (contacts.length === 0) return <Empty>{texts.contacts.none}</Empty>;
  return (
    <Records
      label={texts.contacts.title}
      records={contacts.map((contact) => ({
        key: contact.contactId,
        title: (
          <>
            <Isolated text={titleOf(contact)} />
            <ContactTag contact={contact} />
          </>
        ),
        details: (
          <>
            {kindOf(contact)}
            {contact.provider !== undefined && (
              <>
                {' ('}
                <Isolated text={contact.provider} />)
              </>
            )}
            {' · '}
            {texts.contacts.added} <Timestamp value={contact.createdAt} />
            {contact.lastUsedAt !== undefined && (
              <>
                {', '}
                {texts.contacts.lastUsed} <Timestamp value={contact.lastUsedAt} />
              </>
            )}
          </>
        ),
      }))}
    />
  );
}

/** A passkey's value is its credential id, which says nothing to anybody. */
function titleOf({ kind, value, name }: ShownContact): string {
  return kind === 'passkey' ? (name ?? texts.contacts.unnamed) : value;
}

function kindOf({ kind }: ShownContact): string {
  const { kinds } = texts.contacts;
  return kind in kinds ? kinds[kind as keyof typeof kinds] : kind;
}

function ContactTag({ contact }: { readonly contact: ShownContact }): VNode {
  if (contact.verified) return <Tag text={texts.contacts.verified} tone="added" />;
  return contact.lapsed ? (
    <Tag text={texts.contacts.lapsed} />
  ) : (
    <Tag text={texts.contacts.unverified} tone="changed" />
  );
}
