import type { CreateAccountAndLoginInput } from '../signUp/AccountCreation.js';
import type { SessionPolicy } from '../core/sessionPolicy.js';
import { requireObject } from '../errors/requireObject.js';
import { AccountError } from '../errors/AccountError.js';
import { selfServiceError } from '../errors/selfServiceErrorCodes.js';
import type { LoginSessionOptions } from '../login/completeLogin.js';
import type { SessionRequest } from '../requests/SessionRequest.js';
import { parseFlatProfile } from './parseFlatProfile.js';
import {
  parseEmailAddress,
  parseNewUsername,
  requireParams,
  requirePassword,
} from './parseParams.js';
import { parseSessionPreferences } from './parseSessionPreferences.js';

/** A sign-up whose parameters have the right form. */
export interface ParsedSignUp {
  readonly own: Omit<CreateAccountAndLoginInput, 'rememberMe'>;
  /** In the form in which it is stored. */
  readonly email: string | undefined;
  readonly session: LoginSessionOptions;
}

/** Context for reading a sign-up. */
export interface SignUpContext {
  readonly now: Date;
  readonly requireActivation: boolean;
  readonly policy: SessionPolicy;
  /** The names of the application's own fields, and of those that a form may hold. */
  readonly ownFields: readonly string[];
  readonly visitorFields: readonly string[];
}

/**
 * Reads the parameters of a sign-up; what is not of `SelfService` is left to the creation. An e-mail
 * address or a profile that is falsy is none.
 *
 * @throws AccountError by the names that `SelfService.signUp` lists.
 */
export function parseSignUp(
  params: unknown,
  { now, requireActivation, policy, ownFields, visitorFields }: SignUpContext,
): ParsedSignUp {
  requireParams(params);
  const { username, email: address, password, profile, ...others } = params;
  const { rememberMe, sessionLength, expiredTime, request, fields, ...rest } = others;
  const notTheirs = Object.keys(rest).find(
    (name) => ownFields.includes(name) && !visitorFields.includes(name),
  );
  if (notTheirs !== undefined) {
    throw new AccountError('InvalidInput', { path: notTheirs, reason: 'notForVisitors' });
  }
  if (username === undefined && !address) throw selfServiceError('UsernameMissing', {});
  const name = username === undefined ? undefined : parseNewUsername(username);
  requirePassword(password, 'password');
  const email = address ? parseEmailAddress(address) : undefined;
  if (requireActivation && email === undefined) throw selfServiceError('EmailNotValid', {});
  return {
    own: {
      ...rest,
      ...parseFields(fields, ownFields),
      ...(name !== undefined && { username: name }),
      ...(email !== undefined && { email }),
      ...(profile ? { profile: parseFlatProfile(profile) } : {}),
      password,
      // Its form is checked where it is used.
      request: request as SessionRequest,
    },
    email,
    session: parseSessionPreferences({ rememberMe, sessionLength, expiredTime }, now, policy),
  };
}

/** Reads what the application itself says of its own fields. */
function parseFields(fields: unknown, ownFields: readonly string[]): object {
  if (fields === undefined) return {};
  requireObject(fields, 'fields');
  const unknown = Object.keys(fields).find((name) => !ownFields.includes(name));
  if (unknown === undefined) return fields;
  throw new AccountError('InvalidInput', { path: `fields.${unknown}`, reason: 'unknownField' });
}
