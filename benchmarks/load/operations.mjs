import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

/** Sessions of one person at a time. */
const MAX_SESSIONS = 3;
/** Wrong passwords in a row: fewer than throttle a login. */
const MAX_FAILURES = 3;
/** A session's age up to which it may change contacts, which takes a recent login. */
const RECENT_MS = 5 * 60_000;

const newPassword = () => `a long walk ${randomBytes(6).toString('hex')}`;
const isRecent = ({ at }) => Date.now() - at < RECENT_MS;
const hasSession = ({ sessions }) => sessions.length > 0;

/**
 * What visitors do: how often, for which people, and how. Each changes a person's entry in the ledger only
 * after the server has acknowledged the change.
 */
export const OPERATIONS = [
  { weight: 52, canRun: hasSession, run: order },
  { weight: 12, canRun: ({ sessions }) => sessions.length < MAX_SESSIONS, run: signIn },
  { weight: 6, canRun: ({ failures }) => failures < MAX_FAILURES, run: mistypePassword },
  { weight: 10, canRun: hasSession, run: refresh },
  { weight: 8, canRun: hasSession, run: signOut },
  { weight: 4, canRun: () => true, run: resetPassword },
  { weight: 4, canRun: hasSession, run: changePassword },
  { weight: 4, canRun: ({ sessions }) => sessions.some(isRecent), run: changeAddress },
];

/** Signs a new person up, and confirms the address. */
export async function signUp({ browser, server }, number) {
  const username = `person${number}`;
  const email = `${username}@example.com`;
  const ip = `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
  const password = newPassword();
  const person = {
    username,
    email,
    ip,
    password,
    sessions: [],
    ended: [],
    failures: 0,
    changes: 0,
  };
  const { authToken } = await browser.send({
    name: 'sign-up',
    path: '/auth/sign-up',
    ip,
    body: { username, email, password, rememberMe: 'none' },
    expected: 201,
  });
  person.sessions.push({ token: authToken, at: Date.now() });
  await confirm({ browser, server }, person, email, authToken);
  return person;
}

/** Asks the guarded route, which must know who asks. */
export async function order({ browser }, { username, ip, sessions }, session = sessions.at(-1)) {
  const { token } = session;
  const { owner, authToken } = await browser.send({
    name: 'guarded request',
    method: 'GET',
    path: '/orders',
    ip,
    token,
  });
  assert.equal(owner, username);
  session.token = authToken ?? token;
}

/** Signs in by the e-mail address and the password. */
export async function signIn({ browser }, person) {
  const { email, password, ip } = person;
  const { authToken } = await browser.send({
    name: 'login',
    path: '/auth/sign-in',
    ip,
    body: { email, password, rememberMe: 'none' },
  });
  person.sessions.push({ token: authToken, at: Date.now() });
  person.failures = 0;
}

async function mistypePassword({ browser }, person) {
  const { username, ip } = person;
  await browser.send({
    name: 'wrong password',
    path: '/auth/sign-in',
    ip,
    body: { username, password: newPassword(), rememberMe: 'none' },
    expected: 401,
  });
  person.failures++;
}

async function refresh({ browser }, { ip, sessions }) {
  const session = sessions.at(-1);
  const { token } = session;
  const { authToken } = await browser.send({
    name: 'refresh',
    path: '/auth/session/refresh',
    ip,
    token,
  });
  assert.ok(authToken !== undefined && authToken !== token);
  session.token = authToken;
}

async function signOut({ browser }, person) {
  const [session] = person.sessions;
  await browser.send({
    name: 'logout',
    path: '/auth/sign-out',
    ip: person.ip,
    token: session.token,
  });
  person.sessions.shift();
  person.ended.push(session.token);
}

async function resetPassword({ browser, server }, person) {
  const { email, ip } = person;
  await browser.send({
    name: 'forgotten password',
    path: '/auth/forgot-password',
    ip,
    body: { email },
    expected: 202,
  });
  const token = await server.receive('PasswordReset', email);
  const password = newPassword();
  await browser.send({
    name: 'password reset',
    path: '/auth/reset-password',
    ip,
    body: { token, newPassword: password },
  });
  replacePassword(person, password, []);
}

async function changePassword({ browser }, person) {
  const { ip, sessions } = person;
  const [session] = sessions;
  const password = newPassword();
  const { authToken } = await browser.send({
    name: 'password change',
    path: '/auth/user/password',
    ip,
    token: session.token,
    body: { currentPassword: person.password, newPassword: password },
  });
  assert.ok(authToken !== undefined && authToken !== session.token);
  replacePassword(person, password, [{ token: authToken, at: Date.now() }]);
}

/** A changed password ends all sessions; the one that it was changed in goes on as another. */
function replacePassword(person, password, remaining) {
  person.formerPassword = person.password;
  person.password = password;
  person.failures = 0;
  endSessions(person, remaining);
}

/** Another login method ends the sessions, but that of the change. */
function endSessions(person, remaining) {
  const tokens = remaining.map(({ token }) => token);
  const ended = person.sessions.filter(({ token }) => !tokens.includes(token));
  person.ended.push(...ended.map(({ token }) => token));
  person.sessions = remaining;
}

async function changeAddress({ browser, server }, person) {
  const { username, email, ip, sessions } = person;
  const session = sessions.find(isRecent);
  const { token } = session;
  const newEmail = `${username}.${++person.changes}@example.com`;
  await browser.send({
    name: 'contact change',
    method: 'PUT',
    path: '/auth/contacts/emails',
    ip,
    token,
    body: { email, newEmail },
  });
  const { authToken } = await confirm({ browser, server }, person, newEmail, token);
  person.formerEmail = email;
  person.email = newEmail;
  endSessions(person, [{ ...session, token: authToken ?? token }]);
}

async function confirm({ browser, server }, { ip }, email, authToken) {
  const token = await server.receive('EmailVerification', email);
  return browser.send({
    name: 'confirmed address',
    path: '/auth/verify-email',
    ip,
    token: authToken,
    body: { token },
  });
}
