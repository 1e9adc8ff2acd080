import * as z from 'zod';
import { AccountError } from '../errors/AccountError.js';
import { readFrom, requireObject } from '../errors/requireObject.js';

interface CredentialResponse {
  /** In base64url, as is `rawId`. */
  readonly id: string;
  readonly rawId: string;
  readonly type: 'public-key';
}

/** The response of an authenticator that has created a passkey, of the right form and size. */
export interface RegistrationResponse extends CredentialResponse {
  readonly response: {
    readonly clientDataJSON: string;
    readonly attestationObject: string;
    readonly transports?: string[] | undefined;
  };
}

/** The response of an authenticator that has signed a challenge, of the right form and size. */
export interface AuthenticationResponse extends CredentialResponse {
  readonly response: {
    readonly clientDataJSON: string;
    readonly authenticatorData: string;
    readonly signature: string;
    readonly userHandle?: string | null | undefined;
  };
}

/** A response, and what the browser says that it is for: nothing of it has been verified. */
export interface ParsedCredential<R> {
  readonly response: R;
  /** The challenge that was signed. */
  readonly challenge: unknown;
}

const base64url = (maxLength: number): z.ZodString =>
  z
    .string()
    .max(maxLength)
    .regex(/^[\w-]+$/);

const MAX_CREDENTIAL_ID = 1364;
const MAX_CLIENT_DATA = 4096;
const MAX_AUTHENTICATOR_DATA = 16_384;

const credential = {
  id: base64url(MAX_CREDENTIAL_ID),
  rawId: base64url(MAX_CREDENTIAL_ID),
  type: z.literal('public-key'),
};

const registration: z.ZodType<RegistrationResponse> = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: base64url(MAX_CLIENT_DATA),
    attestationObject: base64url(MAX_AUTHENTICATOR_DATA),
    transports: z.array(z.string().min(1).max(32)).max(16).optional(),
  }),
});

const authentication: z.ZodType<AuthenticationResponse> = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: base64url(MAX_CLIENT_DATA),
    authenticatorData: base64url(MAX_AUTHENTICATOR_DATA),
    signature: base64url(MAX_AUTHENTICATOR_DATA),
    userHandle: base64url(128).nullish(),
  }),
});

/** @throws AccountError `InvalidInput` unless it is an object; `TokenVerificationFailed` */
export function parseRegistration(value: unknown): ParsedCredential<RegistrationResponse> {
  return parse(registration, value, 'webauthn.create');
}

/** @throws AccountError `InvalidInput` unless it is an object; `TokenVerificationFailed` */
export function parseAuthentication(value: unknown): ParsedCredential<AuthenticationResponse> {
  return parse(authentication, value, 'webauthn.get');
}

/** The one answer to every response of an authenticator that is not accepted. */
export function credentialRefused(): AccountError<'TokenVerificationFailed'> {
  return new AccountError('TokenVerificationFailed', { path: 'response' });
}

function parse<R extends { readonly response: { readonly clientDataJSON: string } }>(
  schema: z.ZodType<R>,
  value: unknown,
  type: string,
): ParsedCredential<R> {
  requireObject(value, 'response');
  const { data } = readFrom('response', () => schema.safeParse(value));
  if (!data) throw credentialRefused();
  const clientData = readClientData(data.response.clientDataJSON);
  // In a frame of another site, whoever clicks does not know what for.
  if (clientData.type !== type || clientData.crossOrigin === true) throw credentialRefused();
  return { response: data, challenge: clientData.challenge };
}

function readClientData(encoded: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(encoded, 'base64url').toString());
    return Object(parsed) as Record<string, unknown>;
  } catch {
    throw credentialRefused();
  }
}
