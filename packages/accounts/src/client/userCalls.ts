import type { AnswerOf, BodyOf, ParamsOf, QueryOf } from '../http/api.js';
import { coreOf, type AccountsClient, type Begun, type CallOptions } from './AccountsClient.js';

/** Changes username, e-mail address, profile and password, all or nothing. */
export function updateUser(
  client: AccountsClient,
  body: BodyOf<'updateUser'>,
  options?: CallOptions,
): Promise<AnswerOf<'updateUser'>> {
  return coreOf(client).change('PATCH', '/user', body, options);
}

/** Deletes the account with everything that belongs to it. */
export function deleteUser(client: AccountsClient, options?: CallOptions): Promise<void> {
  return coreOf(client).end('DELETE', '/user', undefined, options);
}

/** Everything that is stored about the user. */
export function exportUser(
  client: AccountsClient,
  options?: CallOptions,
): Promise<AnswerOf<'exportUser'>> {
  return coreOf(client).call('GET', '/user/export', undefined, options);
}

/** Changes the password; every other session of the user ends. */
export function changePassword(
  client: AccountsClient,
  body: BodyOf<'changePassword'>,
  options?: CallOptions,
): Promise<AnswerOf<'changePassword'>> {
  return coreOf(client).call('POST', '/user/password', body, options);
}

/** Removes the password, while another way to sign in remains; every other session of the user ends. */
export function removePassword(
  client: AccountsClient,
  options?: CallOptions,
): Promise<AnswerOf<'removePassword'>> {
  return coreOf(client).call('DELETE', '/user/password', undefined, options);
}

/** A page of the active sessions of the user, newest first. */
export function listSessions(
  client: AccountsClient,
  { first, after }: QueryOf<'listSessions'> = {},
  options?: CallOptions,
): Promise<AnswerOf<'listSessions'>> {
  const query = new URLSearchParams({
    ...(first !== undefined && { first: String(first) }),
    ...(after !== undefined && { after }),
  }).toString();
  return coreOf(client).call('GET', `/sessions${query && `?${query}`}`, undefined, options);
}

/** Ends one session of the user. */
export function revokeSession(
  client: AccountsClient,
  { sessionId }: Readonly<Record<ParamsOf<'revokeSession'>, string>>,
  options?: CallOptions,
): Promise<AnswerOf<'revokeSession'>> {
  const path = `/sessions/${encodeURIComponent(sessionId)}`;
  return coreOf(client).call('DELETE', path, undefined, options);
}

/** Ends every session of the user but this one. */
export function revokeOtherSessions(
  client: AccountsClient,
  options?: CallOptions,
): Promise<AnswerOf<'revokeOtherSessions'>> {
  return coreOf(client).call('POST', '/sessions/revoke-others', undefined, options);
}

/** Ends every session of the user, this one included. */
export function revokeAllSessions(client: AccountsClient, options?: CallOptions): Promise<void> {
  return coreOf(client).end('POST', '/sessions/revoke-all', undefined, options);
}

/** The contacts of the user. */
export function listContacts(
  client: AccountsClient,
  options?: CallOptions,
): Promise<AnswerOf<'listContacts'>> {
  return coreOf(client).call('GET', '/contacts', undefined, options);
}

/** Adds an e-mail address, and sends a token there that confirms it. */
export function addEmail(
  client: AccountsClient,
  body: BodyOf<'addEmail'>,
  options?: CallOptions,
): Promise<AnswerOf<'addEmail'>> {
  return coreOf(client).call('POST', '/contacts/emails', body, options);
}

/** Replaces an e-mail address by another, once that is confirmed. */
export function replaceEmail(
  client: AccountsClient,
  body: BodyOf<'replaceEmail'>,
  options?: CallOptions,
): Promise<AnswerOf<'replaceEmail'>> {
  return coreOf(client).call('PUT', '/contacts/emails', body, options);
}

/** Adds a phone number, and sends a code there that confirms it. */
export function addPhone(
  client: AccountsClient,
  body: BodyOf<'addPhone'>,
  options?: CallOptions,
): Promise<AnswerOf<'addPhone'>> {
  return coreOf(client).call('POST', '/contacts/phones', body, options);
}

/** Replaces a phone number by another, once that is confirmed. */
export function replacePhone(
  client: AccountsClient,
  body: BodyOf<'replacePhone'>,
  options?: CallOptions,
): Promise<AnswerOf<'replacePhone'>> {
  return coreOf(client).call('PUT', '/contacts/phones', body, options);
}

/** Sends another code to a phone number of the user. */
export function requestPhoneVerification(
  client: AccountsClient,
  body: BodyOf<'requestPhoneVerification'>,
  options?: CallOptions,
): Promise<AnswerOf<'requestPhoneVerification'>> {
  return coreOf(client).call('POST', '/contacts/phones/send-code', body, options);
}

/** Confirms a phone number by the code that was sent there. */
export function verifyPhone(
  client: AccountsClient,
  body: BodyOf<'verifyPhone'>,
  options?: CallOptions,
): Promise<AnswerOf<'verifyPhone'>> {
  return coreOf(client).call('POST', '/contacts/phones/verify', body, options);
}

/** Removes a contact. */
export function removeContact(
  client: AccountsClient,
  { contactId }: Readonly<Record<ParamsOf<'removeContact'>, string>>,
  options?: CallOptions,
): Promise<AnswerOf<'removeContact'>> {
  const path = `/contacts/${encodeURIComponent(contactId)}`;
  return coreOf(client).call('DELETE', path, undefined, options);
}

/** Gives an address back that another has replaced, by the token that was sent there. */
export function restoreContact(
  client: AccountsClient,
  body: BodyOf<'restoreContact'>,
  options?: CallOptions,
): Promise<AnswerOf<'restoreContact'>> {
  return coreOf(client).call('POST', '/restore-address', body, options);
}

/** Tells whether the user has a second factor, and how many recovery codes are left. */
export function twoFactorStatus(
  client: AccountsClient,
  options?: CallOptions,
): Promise<AnswerOf<'twoFactorStatus'>> {
  return coreOf(client).call('GET', '/two-factor', undefined, options);
}

/** Begins to set up an authenticator app, in a session or by the challenge of a sign-in. */
export function enrolTwoFactor(
  client: AccountsClient,
  body: BodyOf<'enrolTwoFactor'>,
  options?: CallOptions,
): Promise<AnswerOf<'enrolTwoFactor'>> {
  return coreOf(client).call('POST', '/two-factor/enrol', body, options);
}

/** Makes the authenticator the second factor; with a challenge, also completes the sign-in. */
export function confirmTwoFactor(
  client: AccountsClient,
  body: BodyOf<'confirmTwoFactor'>,
  options?: CallOptions,
): Promise<Begun<'confirmTwoFactor'>> {
  return coreOf(client).begin<AnswerOf<'confirmTwoFactor'>>('/two-factor/confirm', body, options);
}

/** Replaces the recovery codes. */
export function regenerateRecoveryCodes(
  client: AccountsClient,
  body: BodyOf<'regenerateRecoveryCodes'>,
  options?: CallOptions,
): Promise<AnswerOf<'regenerateRecoveryCodes'>> {
  return coreOf(client).call('POST', '/two-factor/recovery-codes', body, options);
}

/** Removes the second factor. */
export function disableTwoFactor(
  client: AccountsClient,
  body: BodyOf<'disableTwoFactor'>,
  options?: CallOptions,
): Promise<AnswerOf<'disableTwoFactor'>> {
  return coreOf(client).call('POST', '/two-factor/disable', body, options);
}
