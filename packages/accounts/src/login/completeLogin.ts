import type { TransactOperation, TransactResults } from '@latchkey/entity';
import type { AccountsCore } from '../flows/AccountsCore.js';
import type { AccountChange } from '../core/AccountChange.js';
import { Actor } from '../core/Actor.js';
import { Flow } from '../core/changeAccount.js';
import { AccountError } from '../errors/AccountError.js';
import type { EventContext } from '../events/accountEvents.js';
import { requiredSecondFactor } from '../core/requiredSecondFactor.js';
import type { Account } from '../core/Account.js';
import type { AccountDocument, SessionRequest } from '../requests/SessionRequest.js';
import type { BeginSessionOptions, LoginResult } from '../sessions/Sessions.js';
import { isActivated } from '../flows/isVerifiedIdentifier.js';
import { removeOldChallenges } from './removeOldChallenges.js';
import { sessionMetaOf } from './sessionMeta.js';

/** Session options of a login. */
export type LoginSessionOptions = Pick<
  BeginSessionOptions,
  'rememberMe' | 'durationMs' | 'expiresAt' | 'fixedEnd'
>;

/** Result of a complete login. */
export interface CompletedLogin extends LoginResult {
  /**
   * Device token for the client, which keeps it for 180 days, as safely as its session, and sends
   * it with the next password login. It identifies the device, so that failures of strangers do not
   * lock it out. It is not a session and proves nothing. Anything that ends all other sessions of
   * the account, such as a new password, invalidates it; each login returns a new one.
   */
  readonly deviceToken: string;
}

/** A login whose first factor has been proven. */
export interface ProvenLogin extends LoginSessionOptions {
  readonly account: AccountDocument &
    Pick<Account, 'tokens'> & {
      readonly accessTypes: Parameters<typeof isActivated>[0];
      readonly attempts?: Account['attempts'];
    };
  readonly request: SessionRequest;
  /** Context of the flow's event; the session is added to it. */
  readonly eventContext: EventContext;
  /** How many attempts at its factors had failed since the last success (default: 0). */
  readonly failures?: number;
  /** Tells whether the login's second factor has been verified, too (default: false). */
  readonly isSecondStep?: boolean;
  /** Tells whether the first factor was two in one, so that no other is asked for (default: false). */
  readonly isMultiFactor?: boolean;
}

/** Writes what a login leads to, in one transaction, and gives what each write returns. */
export type CommitLogin = <const O extends readonly TransactOperation<unknown>[]>(
  operations: O,
) => Promise<TransactResults<O>>;

/** A login of an account that exists. */
export interface LoginChange {
  readonly account: Account;
  /** Context of the flow's event. */
  readonly eventContext: EventContext;
}

/**
 * Commits what a login leads to as one change of its account. Nobody acts in a session yet: what the
 * factors have proven holds for the account as it was read, and is not tried on another reading.
 *
 * @param decide - adds what the factors leave behind, before the login's own writes: what is told of
 *   several refusals is the first.
 */
export function commitLogin(
  core: AccountsCore,
  { account, eventContext }: LoginChange,
  decide: (change: AccountChange) => void,
): CommitLogin {
  const actor = Actor.holding(core, account.accountId, undefined);
  return (operations) =>
    new Flow(core, actor, eventContext).commit(
      account,
      (change) => {
        decide(change);
        const written = operations.map((operation) => change.write(operation));
        return () => written.map(({ result }) => result) as TransactResults<typeof operations>;
      },
      { retries: false },
    );
}

/** A login with so many failures before it is worth a notice (ASVS 6.3.5). */
const NOTABLE_FAILURES = 3;

/**
 * Completes every kind of login: begins a session, or asks for the second factor. Only with the
 * session, whichever factors it took, is a login told as one after failures: until then it could
 * still be refused.
 *
 * @param commit - writes the session, or the challenge, together with what the factors leave behind: a
 *   token that is used up, a count that begins again.
 * @throws AccountError `AccountDeactivated`, `Vetoed`; `AccountNotActivated`, once what the first
 *   factor leaves behind is written; `TwoFactorRequired` and `TwoFactorEnrolmentRequired` with a
 *   challenge.
 */
export async function completeLogin(
  core: AccountsCore,
  {
    account: given,
    request,
    eventContext,
    failures = 0,
    isSecondStep = false,
    isMultiFactor = false,
    ...options
  }: ProvenLogin,
  commit: CommitLogin,
): Promise<CompletedLogin> {
  const { tokens, accessTypes, attempts: _attempts, ...account } = given;
  const { accountId, sessionGeneration: generation } = account;
  if (account.deactivated) throw new AccountError('AccountDeactivated', {});
  if (!isSecondStep) {
    if (core.requireActivation && !isActivated(accessTypes)) {
      await commit([]);
      throw new AccountError('AccountNotActivated', {});
    }
    await core.events.authorize('ValidateLogin', eventContext, { account });
    const step = isMultiFactor
      ? undefined
      : requiredSecondFactor(account, { tokens, accessTypes }, core);
    if (step) {
      const { token: challenge, operation } = core.oneTimeTokens.prepare({
        accountId,
        account: given,
        kind: 'twoFactorAuth',
        createdFor: step.purpose,
        meta: {
          generation,
          // Their count begins again with the first factor: what it was is for the second step to tell.
          ...(failures > 0 && { failures }),
          ...sessionMetaOf(options),
        },
      });
      await commit([operation]);
      await removeOldChallenges(core, tokens);
      throw step.error(challenge);
    }
  }
  const session = await core.sessions.issuer.prepare(account, request, options);
  const deviceToken = await core.deviceTokens.issue({ accountId, generation }, request);
  const [sessionDocument] = await session.write((ending) =>
    commit([core.sessionEntity.createOneOperation(session.create), ...ending]),
  );
  eventContext.sessionId = sessionDocument.ulid;
  const result = await session.complete(sessionDocument);
  if (failures >= NOTABLE_FAILURES) await core.events.emit('LoginAfterFailures', eventContext);
  return { ...result, deviceToken };
}
