import jwt from 'jsonwebtoken';
import { Mailbox } from '../oneTimeTokens/Mailbox.js';
import { logIn, signUp } from '../oneTimeTokens/people.js';
import { codeOf } from '../support/errorOf.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  type TestAccounts,
} from '../support/testAccounts.js';

let test: TestAccounts;
const mailbox = new Mailbox();
beforeAll(async () => {
  test = await createTestAccounts({ delivery: { send: mailbox.send } });
});
afterAll(() => test.drop());

it('CVE-2022-39263: a link of the right address with a wrong token is none, and spoils nothing', async () => {
  const { accounts } = test;
  const { email } = await signUp(accounts);
  const request = requestWith();
  const { challenge } = await accounts.magicLinks.request({ email, request });
  const message = (await mailbox.take()).find(({ kind }) => kind === 'MagicLink');
  const { token = '', code = '' } = message ?? {};
  const last = token.endsWith('A') ? 'B' : 'A';
  const otherCode = code.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10));
  for (const wrong of [
    { token: token.slice(0, -1) + last },
    { token: email },
    { challenge, code: otherCode },
  ]) {
    const login = accounts.magicLinks.login({ ...wrong, request: requestWith() });
    expect(await codeOf(login)).toBe('TokenVerificationFailed');
  }
  const login = accounts.magicLinks.login({ token, request: requestWith() });
  expect(await codeOf(login)).toBe('none');
});

it('CVE-2021-3754: a username cannot be the address of another account, nor its number or id', async () => {
  const { accounts } = test;
  const { accountId, email } = await signUp(accounts);
  for (const username of [email, email.toUpperCase(), accountId, '+447946000001']) {
    const taken = accounts.createAccount({ username, password: PASSWORD });
    expect([username, await codeOf(taken)]).toEqual([username, 'InvalidInput']);
  }
  const found = await accounts.findUser({ username: email });
  expect(found?.accountId).toBe(accountId);
});

it('NIST 5.1.1: what a browser keeps of a session says nothing about a person', async () => {
  const { accounts } = test;
  const person = await signUp(accounts);
  const { authToken } = await logIn(accounts, person);
  const { payload } = jwt.decode(authToken, { complete: true }) ?? {};
  const names = ['aud', 'exp', 'iat', 'iss', 'jti', 'rot', 'sid', 'sub'];
  expect(Object.keys(payload ?? {}).sort()).toEqual(names);
  expect(JSON.stringify(payload)).not.toMatch(new RegExp(`${person.username}|@|203\\.0\\.113`));
});
