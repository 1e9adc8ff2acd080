import { readInput } from '../errors/requireObject.js';
import type { Account } from '../core/Account.js';
import type { AccountChange } from '../core/AccountChange.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import type { ActingAccount } from '../core/actingAccount.js';
import { changeAccount } from '../core/changeAccount.js';
import type { AccountDocument } from '../requests/SessionRequest.js';
import { AccountError } from '../errors/AccountError.js';
import { parseUsername } from '../identifiers/parseUsername.js';
import { parseProfile, type Profile } from '../flows/parseProfile.js';

/** Changes to the username and the profile. */
export class AccountProfile {
  readonly #core: AccountsCore;

  /** @internal */
  constructor(core: AccountsCore) {
    this.#core = core;
  }

  /**
   * Changes an account's username: three requests. The old one becomes free in the same
   * transaction; the verified addresses are notified.
   *
   * @returns the updated account.
   * @throws AccountError `InvalidInput`, `UsernameAlreadyExists`, `UserNotFound`, `InvalidSession`,
   *   `ImpersonatedSession`, `RecentLoginRequired`, `ServiceUnavailable`
   */
  async changeUsername(
    input: ActingAccount & { readonly username: string },
  ): Promise<AccountDocument> {
    input = readInput(input);
    return changeAccount(
      this.#core,
      { flow: 'UpdateUser', method: 'username', input },
      async (flow) => {
        flow.requireRecentLogin();
        const username = parseUsername(input.username, 'username');
        return flow.commit(await flow.load(), (change) => {
          setUsername(change, username);
          return () => savedOf(change.saved);
        });
      },
    );
  }

  /**
   * Replaces an account's profile as a whole: one request, and one more with a session. To change a
   * part, pass the whole profile with that part changed.
   *
   * @param input - `profile`: a plain object, at most 300 KB as it is stored; null for none.
   * @returns the updated account.
   * @throws AccountError `InvalidInput`, `UserNotFound`, `InvalidSession`, `ImpersonatedSession`,
   *   `ServiceUnavailable`
   */
  async update(
    input: ActingAccount & { readonly profile: Profile | null },
  ): Promise<AccountDocument> {
    input = readInput(input);
    return changeAccount(
      this.#core,
      { flow: 'UpdateUser', method: 'profile', input },
      async (flow) => {
        const profile = input.profile === null ? null : parseProfile(input.profile);
        const saved = await flow.commit(undefined, (change) => {
          setProfile(change, profile);
          return () => change.saved;
        });
        if (saved) return saved;
        const { accountId } = flow.actor;
        // A transaction, which the check of the session needs, returns nothing.
        const { item } = await this.#core.accounts.findOne({
          filter: { accountId },
          consistent: true,
        });
        return savedOf(item);
      },
    );
  }
}

/** Gives an account another username, of which its owner is told. */
export function setUsername(change: AccountChange, username: string): void {
  change.set({ username });
  if (username === change.account.username) return;
  change.notify({ kind: 'UsernameChanged' });
}

/** Gives an account another profile, or none. */
export function setProfile(
  change: AccountChange<Account | undefined>,
  profile: Profile | null,
): void {
  if (profile === null) change.remove('profile');
  else change.set({ profile });
}

function savedOf(account: AccountDocument | null): AccountDocument {
  if (account) return account;
  throw new AccountError('UserNotFound', {});
}
