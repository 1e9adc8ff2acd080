import { TwoFactor, type TwoFactorPart } from './TwoFactor.js';
import { twoFactorSettings, type TwoFactorOptions } from './twoFactorSettings.js';

/**
 * A second factor for accounts, for the option `twoFactor` of `Accounts`: authenticator apps and
 * recovery codes. What reads codes and draws QR codes comes with this entry alone.
 *
 * @throws AccountError `InvalidConfiguration` with the path of the option.
 * @example
 * ```ts
 * import { Accounts } from '@latchkey/accounts';
 * import { totp } from '@latchkey/accounts/two-factor';
 * import { createClient, Table } from '@latchkey/entity';
 *
 * export const accounts = new Accounts({
 *   table: new Table({ name: 'my-application', client: createClient() }),
 *   sessions: { getTokenSecret: () => process.env['TOKEN_SECRET'] ?? '' },
 *   twoFactor: totp({
 *     issuer: 'My application',
 *     encryptionKeys: [{ kid: '2026-11', key: process.env['TOTP_KEY'] ?? '' }],
 *   }),
 * });
 * ```
 */
export function totp(options: TwoFactorOptions): TwoFactorPart {
  const settings = twoFactorSettings(options);
  return { policy: settings, create: (core) => new TwoFactor(core, settings) };
}
