import { username as usernameField } from '@latchkey/schema';
import type { ActingAccount } from '../core/actingAccount.js';
import type { AccountsCore } from '../core/AccountsCore.js';
import { tellOwner } from '../core/notices.js';
import { requireRecentLogin } from '../core/requireRecentLogin.js';
import { retryOvertaken } from '../contacts/retryOvertaken.js';
import { runForAccount } from '../contacts/runForAccount.js';
import { AccountError } from '../errors/AccountError.js';
import type { AccountDocument } from '../core/SessionRequest.js';
import { parseProfile, type Profile } from './parseProfile.js';

/** What an account says of its owner: the username and the profile. */
export class AccountProfile {
  readonly #core: AccountsCore;

  /** @internal */
  constructor(core: AccountsCore) {
    this.#core = core;
  }

  /**
   * Gives an account another username: three requests. The old one is free in the same moment in
   * which the new one is taken; the verified addresses are told.
   *
   * @returns the account as it is then.
   * @throws AccountError `InvalidInput`, `UsernameAlreadyExists`, `UserNotFound`, `InvalidSession`,
   *   `ImpersonatedSession`, `RecentLoginRequired`, `ServiceUnavailable`
   */
  readonly changeUsername = async (
    input: ActingAccount & { readonly username: string },
  ): Promise<AccountDocument> =>
    runForAccount(this.#core, 'UpdateUser', input, async (facts, actor) => {
      facts.method = 'username';
      requireRecentLogin(this.#core, input);
      const username = parseUsername(input.username);
      const account = { update: { $set: { username } } };
      const { family, item } = await retryOvertaken(async () => {
        const family = await actor.read();
        return { family, item: (await actor.write({ account, operations: [] })).account };
      });
      if (!item) throw new AccountError('UserNotFound', {});
      if (username === family.username) return item;
      await tellOwner(this.#core, { ...family, ...item }, { kind: 'UsernameChanged' });
      return item;
    });

  /**
   * Puts a profile in place of the one that an account has, as a whole, and changes nothing else:
   * one request. To change a part of it, give the whole with that part changed.
   *
   * @param input - `profile`: a plain object, at most 300 KB as it is stored; null for none.
   * @returns the account as it is then.
   * @throws AccountError `InvalidInput`, `UserNotFound`, `InvalidSession`, `ImpersonatedSession`,
   *   `ServiceUnavailable`
   */
  readonly updateProfile = async (
    input: ActingAccount & { readonly profile: Profile | null },
  ): Promise<AccountDocument> =>
    runForAccount(this.#core, 'UpdateUser', input, async (facts, actor) => {
      facts.method = 'profile';
      const update =
        input.profile === null
          ? { $remove: ['profile'] as const }
          : { $set: { profile: parseProfile(input.profile) } };
      const { accountId, condition } = actor;
      try {
        // One item: of a session that has just been logged out of, by itself, nothing is seen here.
        const { item } = await this.#core.accounts.updateOne({
          filter: { accountId },
          condition,
          update,
        });
        if (!item) throw new AccountError('UserNotFound', {});
        return item;
      } catch (error) {
        throw actor.inItsTerms(error);
      }
    });
}

function parseUsername(value: unknown): string {
  const { data } = usernameField.safeParse(value);
  if (data !== undefined) return data;
  const reason = typeof value === 'string' ? 'notAUsername' : 'notAString';
  throw new AccountError('InvalidInput', { path: 'username', reason });
}
