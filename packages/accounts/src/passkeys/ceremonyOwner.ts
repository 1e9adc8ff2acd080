import type { Challenges } from '../challenges/Challenges.js';
import type { Flow } from '../core/changeAccount.js';
import { AccountError } from '../errors/AccountError.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { credentialRefused } from './parseCredential.js';
import type { PasskeySettings } from './passkeySettings.js';

/** The parts that every ceremony works with. */
export interface CeremonyContext {
  readonly core: AccountsCore;
  readonly settings: PasskeySettings;
  readonly challenges: Challenges;
}

/** A session, and the account that it is of. */
export interface CeremonyOwner {
  readonly accountId: string;
  readonly sessionId: string;
}

/** Gives the session that begins a ceremony: no other may go on with it. */
export function ownerOf({ actor }: Flow): CeremonyOwner {
  const { session, accountId } = actor;
  if (!session) throw new AccountError('InvalidInput', { path: 'request', reason: 'notAnObject' });
  return { accountId, sessionId: session.ulid };
}

/**
 * Makes sure that a ceremony goes on in the session that has begun it.
 *
 * @param data - data of the ceremony's challenge.
 * @throws AccountError `TokenVerificationFailed`
 */
export function assertSameOwner(flow: Flow, data: Readonly<Record<string, unknown>>): void {
  const { accountId, sessionId } = ownerOf(flow);
  if (data.accountId !== accountId || data.sessionId !== sessionId) throw credentialRefused();
}
