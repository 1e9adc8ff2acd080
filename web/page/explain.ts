import { AccountsClientError } from '@latchkey/accounts/client';
import type { FormFault } from '../../packages/accounts/pages/components/Form.js';
import { texts } from './texts.js';

/** The fields that a code may be about, by the names that the page's forms give them. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  UsernameAlreadyExists: ['username'],
  UsernameTooLong: ['username'],
  EmailAlreadyExists: ['email'],
  EmailNotValid: ['email'],
  PhoneAlreadyExists: ['phone'],
  LoginFailed: ['currentPassword', 'password'],
  PasswordTooShort: ['newPassword', 'password'],
  PasswordTooLong: ['newPassword', 'password'],
  PasswordNotAllowed: ['newPassword', 'password'],
  TokenVerificationFailed: ['code'],
  TwoFactorRequired: ['code'],
};

/** Says why a call was refused, beside the field that it is about. */
export function explain(error: unknown, names: readonly string[] = []): FormFault {
  if (!(error instanceof AccountsClientError)) throw error;
  const { code, message, details } = error;
  const known: Readonly<Record<string, string>> = texts.failed;
  const field = [...(FIELDS[code] ?? []), details.path].find(
    (name): name is string => typeof name === 'string' && names.includes(name),
  );
  return { message: known[code] ?? message, field };
}

/** Runs a form's call; resolves to what was wrong. */
export async function refusal(
  call: () => Promise<unknown>,
  names: readonly string[] = [],
): Promise<FormFault | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return explain(error, names);
  }
}
