import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Table } from '@latchkey/entity';
import { totp } from '@latchkey/accounts/two-factor';
import jwt, { type JwtHeader, type JwtPayload } from 'jsonwebtoken';
import { TOTP } from 'otpauth';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { Accounts } from '../../src/accounts/Accounts.js';
import { phoneNumbers } from '../../src/contacts/phoneNumbers/index.js';
import type { Message, MessageKind } from '../../src/delivery/Delivery.js';
import { AccountError } from '../../src/errors/AccountError.js';
import { BcryptHasher } from '../../src/passwords/BcryptHasher.js';
import { PASSWORD, requestWith, SECRET, type FullAccounts } from '../support/testAccounts.js';

/** A table as a version has stored it, and what its users have in hands. */
export interface Stored {
  readonly version: string;
  /** When it was written. */
  readonly at: string;
  readonly items: readonly Record<string, AttributeValue>[];
  readonly inHands: InHands;
}

export interface InHands {
  /** The token of a session without its signature, which no file keeps. */
  readonly session: { readonly header: JwtHeader; readonly payload: JwtPayload };
  readonly accountId: string;
  readonly resetToken: string;
  readonly emailToken: string;
  readonly customToken: string;
  readonly linkToken: string;
  readonly totpSecret: string;
  readonly recoveryCode: string;
  readonly challenge: string;
}

export const STEP_MS = 30_000;
export const ADA = { username: 'ada', email: 'ada@example.com', phone: '+447946000001' };
/** Has a second factor. */
export const BEA = { username: 'bea', email: 'bea@example.com' };
export const IDENTITY = { provider: 'example', value: '1001' };
export const PENDING_EMAIL = 'ada@example.org';

/** Accounts with the options by which everything in a table was stored. */
export function accountsOf(
  client: DynamoDBClient,
  name: string,
  now: () => Date,
  messages: Message[] = [],
): FullAccounts {
  return new Accounts({
    table: new Table({ name, client, clock: now }),
    sessions: { getTokenSecret: () => SECRET },
    passwords: { hasher: new BcryptHasher({ threads: 0 }) },
    phones: phoneNumbers({ login: true }),
    twoFactor: totp({ issuer: 'Tests', encryptionKeys: [{ kid: 'a', key: Buffer.alloc(32, 1) }] }),
    delivery: { send: (message) => messages.push(message) },
  });
}

/** The code that an authenticator shows. */
export function codeAt(secret: string, date: Date, steps = 0): string {
  return new TOTP({ secret }).generate({ timestamp: date.getTime() + steps * STEP_MS });
}

/** Begins a login that needs a second factor. */
export async function challengeOf(accounts: FullAccounts): Promise<string> {
  const login = { ...BEA, password: PASSWORD, request: requestWith() };
  const error: unknown = await accounts.userByPasswordLogin(login).catch((e: unknown) => e);
  if (AccountError.is(error) && error.challenge !== undefined) return error.challenge;
  throw new Error('expected a challenge');
}

/** Stores a document of each kind in an empty table, and gives all that it holds then. */
export async function createStored(
  client: DynamoDBClient,
  table: string,
  at: Date,
): Promise<Omit<Stored, 'version'>> {
  const messages: Message[] = [];
  const accounts = accountsOf(client, table, () => at, messages);
  const last = async (kind: MessageKind): Promise<string> => {
    await accounts.settled();
    return messages.filter((message) => message.kind === kind).at(-1)?.token ?? '';
  };
  const { username, email, phone } = ADA;
  const { accountId } = await accounts.createAccount({ username, email, password: PASSWORD });
  await accounts.verifyEmail({ accountId, email });
  await accounts.contacts.addPhone({ accountId, phone });
  await accounts.contacts.requestPhoneVerification({ accountId, phone });
  const verify = { accountId, phone, code: await last('PhoneVerification') };
  await accounts.contacts.verifyPhone(verify);
  await accounts.contacts.addOAuth({ accountId, ...IDENTITY });
  const request = requestWith();
  await accounts.userByPasswordLogin({ username, password: PASSWORD, request });
  const { token: resetToken } = await accounts.addResetPasswordToken({ accountId });
  await accounts.contacts.addEmail({ accountId, email: PENDING_EMAIL });
  const emailToken = await last('EmailVerification');
  const issued = await accounts.tokens.issue({ accountId, purpose: 'invite' });
  await accounts.magicLinks.request({ email });
  const linkToken = await last('MagicLink');
  // A failure is counted.
  const wrong = { username, password: 'wrong horse battery', request: requestWith() };
  await accounts.userByPasswordLogin(wrong).catch(() => undefined);

  const bea = await accounts.createAccountAndLogin({
    ...BEA,
    password: PASSWORD,
    request: requestWith(),
  });
  await accounts.verifyEmail({ accountId: bea.account.accountId, email: BEA.email });
  const own = { request: await accounts.handleRequest(requestWith(bea.authToken)) };
  const { secret } = await accounts.twoFactor.enrol(own);
  const code = codeAt(secret, at, -1);
  const { recoveryCodes } = await accounts.twoFactor.confirm({ ...own, code });
  const token = jwt.decode(request.authToken ?? '', { complete: true });
  if (!token) throw new Error('expected a token');
  const { header, payload } = token;
  const inHands = {
    session: { header, payload: payload as JwtPayload },
    accountId,
    resetToken,
    emailToken,
    customToken: issued.token,
    linkToken,
    totpSecret: secret,
    recoveryCode: recoveryCodes[0] ?? '',
    challenge: await challengeOf(accounts),
  };
  return { at: at.toISOString(), items: await tableItems(client, table), inHands };
}
