import { Passkeys, type PasskeysPart } from './Passkeys.js';
import { passkeySettings, type PasskeyOptions } from './passkeySettings.js';

export type { Passkeys, PasskeysPart } from './Passkeys.js';
export type {
  BegunCeremony,
  CreateLoginOptionsInput,
  CreateReauthenticationOptionsInput,
  CreateRegistrationOptionsInput,
  CredentialDescriptor,
  Passkey,
  PasskeyCreationOptions,
  PasskeyList,
  PasskeyLoginInput,
  PasskeyReference,
  PasskeyRequestOptions,
  PasskeySignals,
  ReauthenticateByPasskeyInput,
  RegisterPasskeyInput,
} from './passkeyInputs.js';
export type { PasskeyOptions } from './passkeySettings.js';

/**
 * Creates the value of the option `passkeys` of `Accounts`: logins by passkeys, and passkeys as a second
 * factor. Install `@simplewebauthn/server` beside it, which is loaded with the first ceremony.
 *
 * @throws AccountError `InvalidConfiguration` with the path of the option.
 * @example
 * ```ts
 * import { Accounts } from '@latchkey/accounts';
 * import { passkeys } from '@latchkey/accounts/passkeys';
 * import { createClient, Table } from '@latchkey/entity';
 *
 * export const accounts = new Accounts({
 *   table: new Table({ name: 'my-application', client: createClient() }),
 *   sessions: { getTokenSecret: () => process.env['TOKEN_SECRET'] ?? '' },
 *   passkeys: passkeys({
 *     rpId: 'example.com',
 *     rpName: 'My application',
 *     origins: ['https://www.example.com'],
 *   }),
 * });
 * ```
 */
export function passkeys(options: PasskeyOptions): PasskeysPart {
  const settings = passkeySettings(options);
  const { asSecondFactor } = settings;
  return {
    rules: { asSecondFactor },
    createPasskeys: (core) => new Passkeys(core, settings),
  };
}
