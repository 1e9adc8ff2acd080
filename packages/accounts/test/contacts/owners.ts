import type { Message } from '../../src/delivery/Delivery.js';
import type { AccountDocument, SessionRequest } from '../../src/requests/SessionRequest.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type TestAccounts,
  type TestClock,
} from '../support/testAccounts.js';

/** Somebody with an account, who is logged in. */
export interface Owner {
  readonly account: AccountDocument;
  readonly accountId: string;
  readonly username: string;
  readonly email: string;
  /** As `handleRequest` has let it through. */
  readonly request: SessionRequest;
  readonly authToken: string;
}

/** Accounts whose messages are kept, and people who own some. */
export interface Owners extends TestAccounts {
  readonly messages: Message[];
  /** An account with a username, a password and a verified e-mail address. */
  signUp(): Promise<Owner>;
  /** A request in the same account’s name, as somebody makes it who acts for its owner. */
  impersonated(owner: Owner): Promise<SessionRequest>;
  /** Removes what was sent so far, and says what it was, in short. */
  sent(): string[];
  /** The secret of the last message to an address. */
  lastToken(to: string): string;
  /** The code of the last message to an address; an empty string for none. */
  lastCode(to: string): string;
}

/** Makes an empty table with accounts in it. */
export async function createOwners(
  options: Parameters<typeof createTestAccounts>[0] = {},
  clock?: TestClock,
): Promise<Owners> {
  const messages: Message[] = [];
  const everything: Message[] = [];
  const delivery = {
    send: (message: Message) => {
      messages.push(message);
      everything.push(message);
    },
  };
  const test = await createTestAccounts({ ...options, delivery }, clock);
  const { accounts } = test;
  let count = 0;
  return {
    ...test,
    messages,
    signUp: async () => {
      const username = `owner${++count}`;
      const email = `${username}@example.com`;
      const request = requestWith();
      const { account, authToken } = await accounts.createAccountAndLogin({
        username,
        email,
        password: PASSWORD,
        request,
      });
      const { accountId } = account;
      await accounts.verifyEmail({ accountId, email });
      messages.length = 0;
      return { account, accountId, username, email, request, authToken };
    },
    impersonated: async ({ accountId }) => {
      const agent = await accounts.createAccount({ username: 'agent', password: PASSWORD });
      await accounts.AccountEntity.updateOne({
        filter: { accountId: agent.accountId },
        update: { $set: { permissions: ['impersonate'] } },
      });
      const own = requestWith();
      await accounts.userByPasswordLogin({ username: 'agent', password: PASSWORD, request: own });
      const { authToken } = await accounts.impersonate({ request: own, accountId });
      return accounts.handleRequest(requestWith(authToken));
    },
    sent: () =>
      messages
        .splice(0)
        .map(({ kind, to, contact }) =>
          [kind, to.value, ...(contact ? [contact.value] : [])].join(' '),
        )
        .sort(),
    lastCode: (to) => everything.filter((each) => each.to.value === to).at(-1)?.code ?? '',
    lastToken: (to) => everything.filter((each) => each.to.value === to).at(-1)?.token ?? '',
  };
}
