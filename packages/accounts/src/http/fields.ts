import { emailAddress, username } from '@latchkey/schema';
import type { Accounts } from '../accounts/Accounts.js';
import { flowsOf } from '../accounts/flowsOf.js';
import { PASSKEY_NAME_LENGTHS } from '../core/PasskeyPolicy.js';
import { PHONE_INPUT_LENGTHS } from '../identifiers/PhoneParser.js';
import { RETURN_TO_LENGTHS } from '../identityProviders/parseReturnTo.js';
import { ONE_TIME_TOKEN_LENGTHS } from '../oneTimeTokens/parseOneTimeToken.js';
import { text, type Field } from './schemas.js';

// Every length is the one that the parser of the field goes by; JSON Schema counts code points.

/** An e-mail address. */
export const EMAIL: Field = text(undefined, { maxLength: emailAddress.maxLength ?? undefined });

/** A username that somebody chooses. */
export const NEW_USERNAME: Field = text(undefined, { maxLength: username.maxLength ?? undefined });

/** A phone number in any form. */
export const PHONE: Field = text(undefined, PHONE_INPUT_LENGTHS);

/** The name of a passkey. */
export const PASSKEY_NAME: Field = text('1 to 64 characters.', PASSKEY_NAME_LENGTHS);

/** A path to return to. */
export const RETURN_TO: Field = text(
  'A path of the application’s own to return to.',
  RETURN_TO_LENGTHS,
);

/** A token from a message. */
export function token(description?: string): Field {
  return text(description, ONE_TIME_TOKEN_LENGTHS);
}

/** A password that somebody chooses; a client that hashes it sends the hash, whose form is fixed. */
export function newPassword(accounts: Accounts, description?: string): Field {
  const { prehashed, lengths } = flowsOf(accounts).core.passwords;
  return text(description, prehashed ? {} : lengths);
}

/** A password that somebody signs in with. */
export function signInPassword(accounts: Accounts): Field {
  const { prehashed, lengths } = flowsOf(accounts).core.passwords;
  return text(undefined, prehashed ? {} : { maxLength: lengths.maxLength });
}
