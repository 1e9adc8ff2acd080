import { EntityError } from '@latchkey/entity';
import type { Token } from '../core/Account.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { TWO_FACTOR_PURPOSE } from '../core/requiredSecondFactor.js';

/** How many logins of one account can wait for their second factor, the new one among them. */
const MAX_CHALLENGES = 5;
/** Two, so that there are fewer again where several logins at once have added one each. */
const MAX_REMOVED = 2;

/**
 * Removes the oldest of an account's challenges where a new one is one too many, expired and used ones
 * included: whoever knows a password could otherwise add them without end. By itself, and as well as it
 * can: the next login goes on with it.
 *
 * @param tokens - the account's, as they were read before the new challenge was written.
 */
export async function removeOldChallenges(
  { tokens: entity }: Pick<AccountsCore, 'tokens'>,
  tokens: readonly Token[],
): Promise<void> {
  const purposes = [TWO_FACTOR_PURPOSE.challenge, TWO_FACTOR_PURPOSE.enrolment];
  const challenges = tokens
    .filter(({ kind, createdFor }) => kind === 'twoFactorAuth' && purposes.includes(createdFor))
    .sort((a, b) => (a.ulid < b.ulid ? -1 : 1));
  const tooMany = Math.max(0, challenges.length + 1 - MAX_CHALLENGES);
  const removed = challenges.slice(0, Math.min(tooMany, MAX_REMOVED));
  try {
    await Promise.all(
      removed.map(({ accountId, kind, createdFor, ulid }) =>
        entity.deleteOne({ filter: { accountId, kind, createdFor, ulid } }),
      ),
    );
  } catch (error) {
    if (!EntityError.is(error)) throw error;
  }
}
