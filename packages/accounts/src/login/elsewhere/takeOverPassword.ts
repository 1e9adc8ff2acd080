import { EntityError } from '@latchkey/entity';
import { documentOf } from '../../core/Account.js';
import { loadAccount } from '../../core/loadAccount.js';
import { AccountError } from '../../errors/AccountError.js';
import { withinTime } from '../../events/withinTime.js';
import type { AccountsCore, ShownElsewhere } from '../../flows/AccountsCore.js';
import { elsewhereMark, isElsewhereMark } from '../../passwords/elsewhere.js';
import type { AskElsewhere } from './verifyElsewhere.js';

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
  ask: AskElsewhere,
  { account, stored, password, identifier, ip }: ShownElsewhere,
): Promise<boolean> {
  const { passwords } = core;
  if (!account || !stored) return false;
  if (stored.value !== elsewhereMark(account.sessionGeneration)) return false;
  const { prehashed } = passwords;
  const typed = prehashed ? prehashed.plainOf(password) : password;
  if (typed === undefined) return false;
  const shown = { account: documentOf(account), identifier, password: typed, ip };
  if (!(await answerOf(() => ask(shown)))) return false;
  const { accountId, sessionGeneration } = account;
  const { createdFor, ulid, value: mark } = stored;
  const value = await passwords.hash(password);
  try {
    await core.table.transact([
      // At this moment, the mark must still hold.
      core.accounts.checkOperation({ filter: { accountId }, condition: { sessionGeneration } }),
      core.tokens.updateOneOperation({
        filter: { accountId, kind: 'password', createdFor, ulid },
        condition: { value: mark },
        update: { $set: { value } },
      }),
    ]);
    return true;
  } catch (error) {
    const isVoid = EntityError.is(error) && ['ConditionFailed', 'NotFound'].includes(error.code);
    if (!isVoid) throw error;
    return isTakenOver(core, accountId, password);
  }
}

async function answerOf(ask: () => unknown): Promise<boolean> {
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
    path: 'verifyElsewhere',
    reason: 'It must return true or false.',
  });
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
