import type { AccountsCore } from '../flows/AccountsCore.js';
import { selfServiceError } from '../errors/selfServiceErrorCodes.js';
import { parseFlatProfile } from './parseFlatProfile.js';
import type { FlatProfile } from './selfServiceInputs.js';
import {
  parseEmailAddress,
  parseNewUsername,
  parseSignInPassword,
  requireParams,
  requirePassword,
} from './parseParams.js';

/** Changes that users want to make to their own account. */
export interface UserChanges {
  readonly username?: string;
  readonly email?: string | null;
  readonly profile?: FlatProfile | null;
  readonly passwords?: { readonly currentPassword: string; readonly newPassword: string };
}

/**
 * Reads the parameters of `SelfService.updateUser`.
 *
 * @throws AccountError by the names that `SelfService.updateUser` lists.
 */
export function parseChanges(core: AccountsCore, input: unknown): UserChanges {
  requireParams(input);
  const { username, email, profile, currentPassword, newPassword } = input;
  if ([username, email, profile, newPassword].every((each) => each === undefined)) {
    throw selfServiceError('ParamsMissing', {});
  }
  return {
    ...(username !== undefined && { username: parseNewUsername(username) }),
    ...(email !== undefined && {
      email: isDeletion(email) || email === '' ? null : parseEmailAddress(email),
    }),
    ...(profile !== undefined && {
      profile: isDeletion(profile) ? null : parseFlatProfile(profile),
    }),
    ...(newPassword !== undefined && {
      passwords: parsePasswords(core, currentPassword, newPassword),
    }),
  };
}

/** As Userbase has it. What is undefined was not given: a form may well have no such field. */
function isDeletion(value: unknown): value is null | false {
  return value === null || value === false;
}

function parsePasswords(
  core: AccountsCore,
  currentPassword: unknown,
  newPassword: unknown,
): NonNullable<UserChanges['passwords']> {
  if (currentPassword === undefined) throw selfServiceError('CurrentPasswordMissing', {});
  requirePassword(newPassword, 'newPassword');
  return {
    currentPassword: parseSignInPassword(core, currentPassword, 'currentPassword'),
    newPassword,
  };
}
