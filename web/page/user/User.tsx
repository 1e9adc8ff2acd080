import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import {
  listContacts,
  listSessions,
  twoFactorStatus,
  type SessionAnswer,
} from '@latchkey/accounts/client';
import { Tabs } from '../../../packages/accounts/pages/components/Tabs.js';
import { client } from '../clients.js';
import { texts } from '../texts.js';
import { useTour, type Lists, type Tour } from '../useTour.js';
import { Account } from './Account.js';
import { ChangePassword } from './ChangePassword.js';
import { ProveAgain } from './ProveAgain.js';
import { Contacts } from './Contacts.js';
import { SecondFactor } from './SecondFactor.js';
import { Sessions } from './Sessions.js';

const NAMES = ['account', 'contacts', 'sessions', 'factor', 'password'] as const;
type Name = (typeof NAMES)[number];

/** What a user sees and changes of the own account. */
export function User({ session }: { readonly session: SessionAnswer }): VNode {
  const tour = useTour();
  const [chosen, setChosen] = useState<Name>('account');
  const choose = (name: Name): void => {
    setChosen(name);
    tour.clearStatus();
    const load = loaders[name];
    // What cannot be loaded is shown as not there yet; the next click tells why.
    if (load) void load(tour).catch(() => undefined);
  };
  return (
    <>
      {tour.needsProof && <ProveAgain />}
      <Tabs
        label={texts.user.label}
        tabs={NAMES.map((name) => ({ name, title: texts.user.tabs[name] }))}
        chosen={chosen}
        onChoose={choose}
      >
        {chosen === 'account' && <Account session={session} />}
        {chosen === 'contacts' && <Contacts />}
        {chosen === 'sessions' && <Sessions />}
        {chosen === 'factor' && <SecondFactor />}
        {chosen === 'password' && <ChangePassword />}
      </Tabs>
    </>
  );
}

/** Asks the server for what a tab shows. */
const loaders: Readonly<Partial<Record<Name, (tour: Tour) => Promise<void>>>> = {
  contacts: async ({ act, setLists }) => {
    const { contacts } = await act(texts.contacts.click, () => listContacts(client));
    setLists((lists: Lists) => ({ ...lists, contacts }));
  },
  sessions: async ({ act, setLists }) => {
    const { sessions } = await act(texts.sessions.click, () => listSessions(client));
    setLists((lists: Lists) => ({ ...lists, sessions }));
  },
  factor: async ({ act, setLists }) => {
    const factor = await act(texts.factor.click, () => twoFactorStatus(client));
    setLists((lists: Lists) => ({ ...lists, factor }));
  },
};
