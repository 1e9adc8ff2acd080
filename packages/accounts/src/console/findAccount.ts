import { EntityError } from '@latchkey/entity';
import { loadAccountOrThrow } from '../core/loadAccount.js';
import { AccountError } from '../errors/AccountError.js';
import { withAccountErrors } from '../errors/withAccountErrors.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { findAccountId } from '../flows/findAccountId.js';
import { parseLoginIdentifier } from '../identifiers/parseLoginIdentifier.js';
import type { AccountDocument } from '../requests/SessionRequest.js';
import type { ShownAccount, ShownSessions } from './api.js';
import { showAccount, showSession } from './showAccount.js';

const SESSIONS = 50;

/**
 * Finds an account with everything that the console shows of it, in three strongly consistent requests:
 * one resolves the identifier, one reads the account, one its newest sessions. An account id saves the
 * first.
 *
 * @param identifier - a username, e-mail address, phone number or account id.
 * @throws AccountError `InvalidInput`, `UserNotFound`, `InvalidConfiguration`, `ServiceUnavailable`
 */
export async function findAccount(core: AccountsCore, identifier: string): Promise<ShownAccount> {
  const parsed = parseLoginIdentifier(identifier, 'identifier', core);
  return withAccountErrors(async () => {
    const accountId = await findAccountId(core, parsed);
    if (accountId === undefined) throw new AccountError('UserNotFound', {});
    const account = await loadAccountOrThrow(core, accountId);
    return showAccount(core, account, await readSessions(core, account));
  });
}

/**
 * Reads one page of an account's sessions, newest first; those that have ended are among them until they
 * are removed.
 *
 * @param before - from an earlier page.
 * @throws AccountError `InvalidInput`, `UserNotFound`, `InvalidConfiguration`, `ServiceUnavailable`
 */
export async function findSessions(
  core: AccountsCore,
  accountId: string,
  before: string,
): Promise<ShownSessions> {
  return withAccountErrors(async () => {
    const { item } = await core.accounts.findOne({ filter: { accountId }, consistent: true });
    if (!item) throw new AccountError('UserNotFound', {});
    return readSessions(core, item, before);
  });
}

async function readSessions(
  core: AccountsCore,
  account: AccountDocument,
  before: string | null = null,
): Promise<ShownSessions> {
  const { accountId } = account;
  const page = await core.sessionEntity
    .paginate({ filter: { accountId }, last: SESSIONS, before, consistent: true })
    .catch((error: unknown) => {
      if (!EntityError.is(error) || error.code !== 'InvalidCursor') throw error;
      throw new AccountError('InvalidInput', { path: 'before', reason: 'notACursor' });
    });
  const { hasPreviousPage, startCursor } = page.pageInfo;
  return {
    sessions: page.edges.map(({ node }) => showSession(core, account, node)).reverse(),
    ...(hasPreviousPage && startCursor !== null && { before: startCursor }),
  };
}
