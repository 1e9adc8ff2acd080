import type { LoginSessionOptions } from './completeLogin.js';

type Meta = Readonly<Record<string, unknown>>;

/** Session options of a login, as a challenge keeps them for the second step. */
export function sessionMetaOf({
  rememberMe,
  durationMs,
  expiresAt,
  fixedEnd,
}: LoginSessionOptions): Meta {
  return {
    ...(rememberMe && { rememberMe: true }),
    ...(durationMs !== undefined && { durationMs }),
    ...(expiresAt && { expiresAtMs: expiresAt.getTime() }),
    ...(fixedEnd !== undefined && { fixedEnd }),
  };
}

/** Reads what {@link sessionMetaOf} made. */
export function readSessionMeta({
  rememberMe,
  durationMs,
  expiresAtMs,
  fixedEnd,
}: Meta): LoginSessionOptions {
  return {
    ...(rememberMe === true && { rememberMe }),
    ...(typeof durationMs === 'number' && { durationMs }),
    ...(typeof expiresAtMs === 'number' && { expiresAt: new Date(expiresAtMs) }),
    ...(typeof fixedEnd === 'boolean' && { fixedEnd }),
  };
}
