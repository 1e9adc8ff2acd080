import { AccountsClientError } from '@latchkey/accounts/client';
import type { FormFault } from '../../packages/accounts/pages/components/Form.js';
import { texts } from './texts.js';

/** The field that a code is about, by the name that the page's forms give it. */
const FIELDS: Readonly<Record<string, string>> = {
  UsernameAlreadyExists: 'username',
  UsernameTooLong: 'username',
  EmailAlreadyExists: 'email',
  EmailNotValid: 'email',
  PhoneAlreadyExists: 'phone',
  LoginFailed: 'password',
  CurrentPasswordIncorrect: 'currentPassword',
  TokenVerificationFailed: 'code',
};

/** Says why a call was refused, beside the field that it is about. */
export function explain(error: unknown, names: readonly string[] = []): FormFault {
  if (!(error instanceof AccountsClientError)) throw error;
  const { code, message, details } = error;
  const known: Readonly<Record<string, string>> = texts.failed;
  const path = typeof details.path === 'string' ? details.path : '';
  const field = [FIELDS[code], path, aboutPassword(code, names)].find(
    (name) => name !== undefined && names.includes(name),
  );
  return { message: known[code] ?? message, field };
}

/** The new password, where a form has the current one, too. */
function aboutPassword(code: string, names: readonly string[]): string | undefined {
  if (!/^Password(Too|Not)/.test(code)) return undefined;
  return names.includes('newPassword') ? 'newPassword' : 'password';
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
