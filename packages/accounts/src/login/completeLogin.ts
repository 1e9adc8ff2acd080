import type { AccountsCore } from '../flows/AccountsCore.js';
import { AccountError } from '../errors/AccountError.js';
import { secondFactorStep } from '../core/secondFactorStep.js';
import type { Account } from '../core/Account.js';
import type { AccountDocument } from '../requests/SessionRequest.js';
import {
  beginLoginSession,
  type CommitLogin,
  type CompletedLogin,
  type CompleteLogin,
} from './beginLoginSession.js';
import { isActivated } from '../flows/isActivated.js';
import { removeOldChallenges } from './removeOldChallenges.js';
import { sessionMetaOf } from './sessionMeta.js';

/** A login whose first factor has been proven. */
export interface ProvenLogin extends CompleteLogin {
  readonly account: AccountDocument &
    Pick<Account, 'tokens'> & {
      readonly accessTypes: Parameters<typeof isActivated>[0];
      readonly attempts?: Account['attempts'];
    };
}

/**
 * Completes every kind of login: begins a session, or asks for the second factor.
 *
 * @param commit - writes the session, or the challenge, together with what the first factor leaves
 *   behind: a token that is used up, a count that begins again.
 * @throws AccountError `AccountDeactivated`, `Vetoed`; `AccountNotActivated`, once what the first
 *   factor leaves behind is written; `TwoFactorRequired` and `TwoFactorEnrolmentRequired` with a
 *   challenge.
 */
export async function completeLogin(
  core: AccountsCore,
  { account: family, request, facts, failures = 0, ...options }: ProvenLogin,
  commit: CommitLogin,
): Promise<CompletedLogin> {
  const { tokens, accessTypes, attempts: _attempts, ...account } = family;
  if (account.deactivated) throw new AccountError('AccountDeactivated', {});
  if (core.requireActivation && !isActivated(accessTypes)) {
    await commit([]);
    throw new AccountError('AccountNotActivated', {});
  }
  await core.events.authorize('ValidateLogin', facts, { account });
  const step = secondFactorStep(account, tokens, core.twoFactor);
  if (step) {
    const { token: challenge, operation } = core.oneTimeTokens.prepare({
      accountId: account.accountId,
      account: family,
      kind: 'twoFactorAuth',
      createdFor: step.purpose,
      meta: {
        generation: account.sessionGeneration,
        // Their count begins again with the first factor: what it was is for the second step to tell.
        ...(failures > 0 && { failures }),
        ...sessionMetaOf(options),
      },
    });
    await commit([operation]);
    await removeOldChallenges(core, tokens);
    throw step.error(challenge);
  }
  return beginLoginSession(core, { account, request, facts, failures, ...options }, commit);
}
