import type { CreateAccountAndLoginInput } from '../accounts/AccountCreation.js';
import { AccountError } from '../errors/AccountError.js';
import type { LoginSessionOptions } from '../login/beginLoginSession.js';
import type { SessionRequest } from '../core/SessionRequest.js';
import { parseFlatProfile } from './parseFlatProfile.js';
import {
  parseEmailAddress,
  parseNewUsername,
  requireParams,
  requirePassword,
} from './parseParams.js';
import { parseSessionWishes } from './parseSessionWishes.js';

/** A sign-up whose parameters have the right form. */
export interface ParsedSignUp {
  readonly own: Omit<CreateAccountAndLoginInput, 'rememberMe'>;
  /** In the form in which it is stored. */
  readonly email: string | undefined;
  readonly session: LoginSessionOptions;
}

/**
 * Reads the parameters of a sign-up; what is not the front door's is left to the creation. An e-mail
 * address or a profile that is falsy is none.
 *
 * @throws AccountError by the names that `FrontDoor.signUp` lists.
 */
export function parseSignUp(
  params: unknown,
  { now, requireActivation }: { readonly now: Date; readonly requireActivation: boolean },
): ParsedSignUp {
  requireParams(params);
  const { username, email: address, password, profile, ...others } = params;
  const { rememberMe, sessionLength, expiredTime, request, ...rest } = others;
  if (username === undefined && !address) throw new AccountError('UsernameMissing', {});
  const name = username === undefined ? undefined : parseNewUsername(username);
  requirePassword(password, 'password');
  const email = address ? parseEmailAddress(address) : undefined;
  if (requireActivation && email === undefined) throw new AccountError('EmailNotValid', {});
  return {
    own: {
      ...rest,
      ...(name !== undefined && { username: name }),
      ...(email !== undefined && { email }),
      ...(profile ? { profile: parseFlatProfile(profile) } : {}),
      password,
      // Its form is checked where it is used.
      request: request as SessionRequest,
    },
    email,
    session: parseSessionWishes({ rememberMe, sessionLength, expiredTime }, now),
  };
}
