import type { TransactOperation, TransactResults } from '@latchkey/entity';
import type { AccountsCore } from '../flows/AccountsCore.js';
import type { EventFacts } from '../events/accountEvents.js';
import type { AccountDocument, SessionRequest } from '../requests/SessionRequest.js';
import type { BeginSessionOptions, LoginResult } from '../sessions/Sessions.js';

/** Session options of a login. */
export type LoginSessionOptions = Pick<
  BeginSessionOptions,
  'rememberMe' | 'durationMs' | 'expiresAt'
>;

/** A login that is complete, whatever factors it took. */
export interface CompletedLogin extends LoginResult {
  /**
   * For the client, to be kept for 180 days beside what it keeps of its session, as well as that, and to
   * be given along with the next login by password. It makes the device one that is known: failures of
   * strangers do not keep it out. It is no proof of who holds it, and no session. Worth nothing after
   * what ends all other sessions of the account, such as a new password; then another login gives
   * another.
   */
  readonly deviceToken: string;
}

/** A login of which every factor that it needs has been proven. */
export interface CompleteLogin extends LoginSessionOptions {
  readonly account: AccountDocument;
  readonly request: SessionRequest;
  /** Facts for the flow's event; the session is added to them. */
  readonly facts: EventFacts;
  /** How many attempts at its factors had failed since the last success (default: 0). */
  readonly failures?: number;
}

/** Writes what a login leads to, in one transaction, and gives what each write returns. */
export type CommitLogin = <const O extends readonly TransactOperation<unknown>[]>(
  operations: O,
) => Promise<TransactResults<O>>;

/** A login with so many failures before it is worth a notice (ASVS 6.3.5). */
const NOTABLE_FAILURES = 3;

/**
 * Begins the session that a login was for. Only then, whichever factors it took, is it told as one
 * after failures: until now it could still be refused.
 *
 * @param commit - writes it together with what the factors leave behind.
 */
export async function beginLoginSession(
  core: Pick<AccountsCore, 'deviceTokens' | 'events' | 'sessions' | 'sessionEntity'>,
  { account, request, facts, failures = 0, ...options }: CompleteLogin,
  commit: CommitLogin,
): Promise<CompletedLogin> {
  const session = await core.sessions.issuer.prepare(account, request, options);
  const { accountId, sessionGeneration: generation } = account;
  const deviceToken = await core.deviceTokens.issue({ accountId, generation }, request);
  const [sessionDocument] = await session.write((ending) =>
    commit([core.sessionEntity.createOneOperation(session.create), ...ending]),
  );
  facts.sessionId = sessionDocument.ulid;
  const result = await session.complete(sessionDocument);
  if (failures >= NOTABLE_FAILURES) await core.events.emit('LoginAfterFailures', facts);
  return { ...result, deviceToken };
}
