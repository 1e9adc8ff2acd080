import type { AccountsCore } from '../flows/AccountsCore.js';
import { findAccountId } from '../flows/findAccountId.js';
import { loadAccount } from '../core/loadAccount.js';
import { AccountError } from '../errors/AccountError.js';
import type { LoginIdentifier } from '../identifiers/parseLoginIdentifier.js';
import { placeholderId } from '../identifiers/placeholderId.js';
import type { SessionRequest } from '../requests/SessionRequest.js';

/**
 * Gives the salt with which a client hashes the password of a name, in two requests whether or not it is
 * somebody's. Nothing in the answer tells (ASVS 6.3.8). A third counts the request by client address, like
 * a login: several names of one account have the same salt, which nobody is to look for at leisure.
 *
 * @throws AccountError `TooManyRequests`; `InvalidConfiguration` without `passwords.prehashed`.
 */
export async function passwordSalt(
  core: AccountsCore,
  identifier: LoginIdentifier,
  request: SessionRequest,
): Promise<string> {
  await core.throttle.countAddress(core.connectionOf(request).ip);
  const owner = await findAccountId(core, identifier);
  return passwordSaltOf(core, owner ?? placeholderId(identifier));
}

/** The same for an account that is known, by the session of a request. */
export async function passwordSaltOf(core: AccountsCore, accountId: string): Promise<string> {
  const { prehashed } = core.passwords;
  if (!prehashed) {
    const reason = 'Passwords are not hashed by the client.';
    throw new AccountError('InvalidConfiguration', { path: 'passwords.prehashed', reason });
  }
  const account = await loadAccount(core, accountId, { secrets: true });
  const stored = account?.tokens.filter(({ kind }) => kind === 'password').at(-1);
  return prehashed.saltOf(accountId, stored?.value);
}
