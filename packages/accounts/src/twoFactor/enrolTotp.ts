import type { TransactOperation } from '@latchkey/entity';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { createTotpSecret } from './createTotpSecret.js';
import { deletePending } from './deleteFactors.js';
import type { AccountWithFactors } from './readFactors.js';
import { renderQrCode } from './renderQrCode.js';
import { sealSecret } from './sealedSecret.js';
import { TWO_FACTOR_PURPOSE } from '../core/requiredSecondFactor.js';
import { totpUri } from './totpUri.js';
import type { TwoFactorSettings } from './twoFactorSettings.js';

/**
 * Data for an authenticator app. Show it to the app's owner once, and do not store it.
 */
export interface TotpEnrolment {
  /** For typing: 32 characters of base32. */
  readonly secret: string;
  /** For a link on the same device: `otpauth://totp/…`. */
  readonly uri: string;
  /** The same as a picture: an SVG document. */
  readonly qrCode: string;
}

/** A secret that is ready to be written, replacing other secrets that are not confirmed yet. */
export interface PreparedEnrolment {
  readonly enrolment: TotpEnrolment;
  readonly operations: readonly TransactOperation<unknown>[];
}

/** Time within which an enrolment must be confirmed. */
const PENDING_MS = 60 * 60 * 1000;

/** Creates a secret that must be confirmed with its first code. */
export async function prepareTotp(
  core: Pick<AccountsCore, 'table' | 'tokens'>,
  { issuer, keyring }: Pick<TwoFactorSettings, 'issuer' | 'keyring'>,
  { account, pending, totp }: AccountWithFactors,
): Promise<PreparedEnrolment> {
  const { accountId, accessTypes, username } = account;
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
  ];
  return { enrolment: { secret, uri, qrCode: await renderQrCode(uri) }, operations };
}
