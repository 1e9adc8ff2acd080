import { EntityError } from '@latchkey/entity';
import { documentOf, type Account, type StoredToken } from '../core/Account.js';
import { loadAccount } from '../core/loadAccount.js';
import { AccountError } from '../errors/AccountError.js';
import { withinTime } from '../events/withinTime.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { elsewhereMark, isElsewhereMark, type ElsewherePassword } from '../passwords/elsewhere.js';

/** A password of a login that is counted, and that the account's former system may know. */
export interface ShownElsewhere extends Pick<ElsewherePassword, 'identifier' | 'ip'> {
  readonly account: Account<StoredToken> | null;
  /** What is stored of the account's password. */
  readonly stored: StoredToken | undefined;
  readonly password: string;
}

const LIMIT_MS = 5000;

/**
 * Asks the system that an account was imported from whether a password is right, and stores the first
 * right one. Nobody is asked unless the account has the mark, and nothing that revokes it has happened
 * since the import.
 *
 * @returns true for a right password.
 * @throws AccountError `ServiceUnavailable` without an answer, `InvalidConfiguration` for an answer that
 *   is neither true nor false, `TooBusy`
 */
export async function takeOverPassword(
  core: AccountsCore,
  { account, stored, password, identifier, ip }: ShownElsewhere,
): Promise<boolean> {
  const { passwords } = core;
  const { verifyElsewhere } = passwords;
  if (!account || !stored || !verifyElsewhere) return false;
  if (stored.value !== elsewhereMark(account.sessionGeneration)) return false;
  const typed = passwords.typed(password);
  if (typed === undefined) return false;
  const shown = { account: documentOf(account), identifier, password: typed, ip };
  if (!(await askElsewhere(() => verifyElsewhere(shown)))) return false;
  const value = await passwords.hash(password);
  return (
    (await replaceMark(core, account, stored, value)) ||
    isTakenOver(core, account.accountId, password)
  );
}

async function askElsewhere(ask: () => unknown): Promise<boolean> {
  let answer: unknown;
  try {
    await withinTime(async () => {
      answer = await ask();
    }, LIMIT_MS);
  } catch (cause) {
    // An outage there must not be told as a wrong password here.
    throw new AccountError('ServiceUnavailable', {}, { cause });
  }
  if (typeof answer === 'boolean') return answer;
  // A response object of the other system, which is true of everybody.
  throw new AccountError('InvalidConfiguration', {
    path: 'passwords.verifyElsewhere',
    reason: 'It must return true or false.',
  });
}

/** Stores the hash in place of the mark, if at this moment the mark still holds. */
async function replaceMark(
  { accounts, table, tokens }: AccountsCore,
  { accountId, sessionGeneration }: Account,
  { createdFor, ulid, value: mark }: StoredToken,
  value: string,
): Promise<boolean> {
  try {
    await table.transact([
      accounts.checkOperation({ filter: { accountId }, condition: { sessionGeneration } }),
      tokens.updateOneOperation({
        filter: { accountId, kind: 'password', createdFor, ulid },
        condition: { value: mark },
        update: { $set: { value } },
      }),
    ]);
    return true;
  } catch (error) {
    if (EntityError.is(error) && ['ConditionFailed', 'NotFound'].includes(error.code)) return false;
    throw error;
  }
}

/** Tells whether another login has stored the same password meanwhile, rather than a remedy another. */
async function isTakenOver(
  core: AccountsCore,
  accountId: string,
  password: string,
): Promise<boolean> {
  const account = await loadAccount(core, accountId, { secrets: true });
  const stored = account?.tokens.filter(({ kind }) => kind === 'password').at(-1)?.value;
  if (stored === undefined || isElsewhereMark(stored)) return false;
  return (await core.passwords.verify(password, stored)).matches;
}
