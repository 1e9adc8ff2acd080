import { Table } from '@latchkey/entity';
import { Secret, TOTP } from 'otpauth';
import type { Message } from '../../../src/delivery/Delivery.js';
import type { AccountsWith } from '../../../src/accounts/Accounts.js';
import { Guard } from '../../../src/guard/Guard.js';
import { github, identityProviders } from '../../../src/identityProviders/index.js';
import { accountListing } from '../../../src/listing/index.js';
import { passkeys } from '../../../src/passkeys/index.js';
import { signUpByLink } from '../../../src/passwordless/index.js';
import type { AccountDocument, SessionRequest } from '../../../src/requests/SessionRequest.js';
import { SelfService } from '../../../src/selfService/index.js';
import { totp } from '../../../src/twoFactor/totp.js';
import { Device, PASSKEYS } from '../../passkeys/support.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  SECRET,
  type TestAccounts,
} from '../../support/testAccounts.js';

/** Accounts with every option. */
export type AllAccounts = AccountsWith<'identityProviders' | 'passkeys' | 'phones' | 'twoFactor'>;

/** Somebody with everything that an account can have but a second factor. */
export interface Person {
  readonly account: AccountDocument;
  readonly accountId: string;
  readonly username: string;
  readonly email: string;
  readonly phone: string;
  readonly authToken: string;
  readonly passkeyId: string;
}

const KEY = Buffer.from('canary-encryption-key-0123456789');
const REDIRECT = 'https://app.example.com/callback/{provider}';

/** Accounts with every option in a table of their own, and somebody in them. */
export class World {
  readonly test: TestAccounts;
  readonly accounts: AllAccounts;
  readonly selfService: SelfService;
  readonly guard: Guard;
  readonly messages: Message[];
  /** Of the person; a new one for the next registration. */
  device = new Device();
  #people = 0;
  #person: Person | undefined;

  private constructor(test: TestAccounts, messages: Message[]) {
    this.test = test;
    this.messages = messages;
    this.accounts = test.accounts as unknown as AllAccounts;
    this.selfService = new SelfService(this.accounts);
    const { table, client, clock } = test;
    // A table of its own, as in another process: the other definition of accounts is for lists.
    const other = new Table({ name: table.name, client, clock: clock.now });
    this.guard = new Guard({ table: other, sessions: { getTokenSecret: () => SECRET } });
  }

  static async create(): Promise<World> {
    const messages: Message[] = [];
    const test = await createTestAccounts({
      plan: { maxAccounts: 1_000_000 },
      listing: accountListing(),
      delivery: { send: (message) => messages.push(message) },
      throttling: { messages: false, address: false },
      signUpByLink: signUpByLink(),
      passkeys: passkeys(PASSKEYS),
      twoFactor: totp({ issuer: 'Tests', encryptionKeys: [{ kid: 'a', key: KEY }] }),
      identityProviders: identityProviders({
        redirectUri: REDIRECT,
        providers: [github({ clientId: 'tests', clientSecret: 'canary-client-secret' })],
      }),
    });
    return new World(test, messages);
  }

  /** The person that calls are about; somebody new after {@link World.forget}. */
  async person(): Promise<Person> {
    return (this.#person ??= await this.#signUp());
  }

  /** Next time it is somebody new: something has happened to the one before. */
  forget(): void {
    this.#person = undefined;
  }

  /** A request of the person that `handleRequest` has let through. */
  async request(): Promise<SessionRequest> {
    const { authToken } = await this.person();
    return this.accounts.handleRequest(requestWith(authToken));
  }

  /** A name that nobody has. */
  name(): string {
    return `user${String(++this.#people)}`;
  }

  /** The last token or code that was sent. */
  async sent(): Promise<{ readonly token: string; readonly code: string }> {
    await this.accounts.settled();
    const { token = '', code = '' } =
      this.messages.findLast((each) => each.token !== undefined) ?? {};
    return { token, code };
  }

  /** A second factor for the person, and its code at this moment. */
  async secondFactor(): Promise<{ readonly code: string; readonly challenge: string }> {
    const { username } = await this.person();
    const request = await this.request();
    const app = async (): Promise<TOTP> => {
      const { secret } = await this.accounts.twoFactor.enrol({ request });
      return new TOTP({ secret: Secret.fromBase32(secret) });
    };
    const now = (): number => this.test.clock.now().getTime();
    const phone = await app();
    const code = (): string => phone.generate({ timestamp: now() });
    await this.accounts.twoFactor.confirm({ request, code: code() });
    this.test.clock.advance(31_000);
    const login = { username, password: PASSWORD, request: requestWith() };
    const error = await this.accounts.userByPasswordLogin(login).then(
      () => undefined,
      (refusal: unknown) => refusal,
    );
    const { challenge = '' } = error as { challenge?: string };
    return { code: code(), challenge };
  }

  async #signUp(): Promise<Person> {
    const { accounts } = this;
    const username = this.name();
    const email = `${username}@example.com`;
    const phone = `+4930${String(1_000_000 + this.#people)}`;
    const { account, authToken } = await accounts.createAccountAndLogin({
      username,
      email,
      password: PASSWORD,
      request: requestWith(),
    });
    const { accountId } = account;
    await accounts.verifyEmail({ accountId, email });
    await accounts.contacts.addOAuth({ accountId, provider: 'github', value: username });
    await accounts.contacts.addCustom({ accountId, value: username });
    await accounts.contacts.addPhone({ accountId, phone });
    const { token } = await this.sent();
    await accounts.contacts.verifyPhone({ accountId, phone, code: token });
    const request = await accounts.handleRequest(requestWith(authToken));
    this.device = new Device();
    const begun = await accounts.passkeys.createRegistrationOptions({ request });
    const { passkeyId } = await accounts.passkeys.register({
      ...begun,
      request,
      response: this.device.create(begun.options),
    });
    return { account, accountId, username, email, phone, authToken, passkeyId };
  }
}
