import type { TransactOperation } from '@latchkey/entity';
import type { AccountsCore } from '../core/AccountsCore.js';
import type { Actor } from '../core/Actor.js';
import { createTotpSecret } from './createTotpSecret.js';
import { deletePending } from './changeFactors.js';
import { withFactor, type ProvenFactor } from './proveSecondFactor.js';
import type { AccountWithFactors } from './readFactors.js';
import { renderQrCode } from './renderQrCode.js';
import { sealSecret } from './sealedSecret.js';
import { TWO_FACTOR_PURPOSE } from './secondFactorStep.js';
import { totpUri } from './totpUri.js';
import type { TwoFactorSettings } from './twoFactorSettings.js';

/** What an authenticator app needs. It is shown to its owner, once, and kept nowhere else. */
export interface TotpEnrolment {
  /** For typing: 32 characters of base32. */
  readonly secret: string;
  /** For a link on the same device: `otpauth://totp/…`. */
  readonly uri: string;
  /** The same as a picture: an SVG document. */
  readonly qrCode: string;
}

/** Who enrols in a session. */
export interface Enrolling {
  readonly actor: Actor;
  /** Of the authenticator that the account has already; it is used up by that. */
  readonly proof: ProvenFactor | undefined;
}

/** How long an enrolment waits for its first code. */
const PENDING_MS = 60 * 60 * 1000;

/**
 * Makes a secret that waits for its first code, in place of others that do.
 *
 * @throws AccountError `TokenVerificationFailed` if the proof was used up in between;
 *   `InvalidSession` if the session has ended.
 */
export async function enrolTotp(
  core: Pick<AccountsCore, 'table' | 'tokens'>,
  { issuer, keyring }: Pick<TwoFactorSettings, 'issuer' | 'keyring'>,
  { account, accessTypes, pending, totp }: AccountWithFactors,
  { actor, proof }: Partial<Enrolling> = {},
): Promise<TotpEnrolment> {
  const { accountId, username } = account;
  const secret = createTotpSecret();
  const email = accessTypes.flatMap(({ data }) => (data.kind === 'email' ? [data.value] : []))[0];
  const uri = totpUri({ issuer, label: username ?? email ?? accountId, secret });
  const operations: TransactOperation<unknown>[] = [
    core.tokens.createOneOperation({
      item: {
        accountId,
        kind: 'twoFactorAuth',
        createdFor: TWO_FACTOR_PURPOSE.pendingTotp,
        value: sealSecret(keyring, accountId, secret),
        expiresAt: new Date(core.table.now().getTime() + PENDING_MS),
        // Without it, it was enrolled for an account that had no factor.
        ...(totp && { meta: { replaces: totp.ulid } }),
      },
    }),
    ...deletePending(core, pending),
    ...(actor?.checks() ?? []),
  ];
  const qrCode = await renderQrCode(uri);
  const used = proof ? [proof.useOperation, proof.resetOperation] : [];
  const commit = (): Promise<unknown> => core.table.transact([...used, ...operations]);
  try {
    await (proof ? withFactor(proof, 0, commit) : commit());
  } catch (error) {
    throw actor ? actor.inItsTerms(error) : error;
  }
  return { secret, uri, qrCode };
}
