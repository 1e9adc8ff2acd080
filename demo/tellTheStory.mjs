import { Secret, TOTP } from 'otpauth';
import { refusal } from './Narrator.mjs';

const MINUTE_MS = 60_000;
const PASSWORD = 'a long walk in the hills';

const requestWith = (authToken) => ({
  requestIp: '192.0.2.7',
  userAgent: 'demo',
  onCallDestroySession: null,
  ...(authToken && { authToken }),
});

/** What sets the library apart, each in a chapter of its own. */
export async function tellTheStory(world) {
  await oneName(world);
  await crash(world);
  await stolenToken(world);
  await secondFactor(world);
  await scanner(world);
}

/** Two hundred want one name. */
async function oneName({ accounts, narrator }) {
  narrator.chapter('One name, two hundred at once');
  const account = await narrator.step('200 people ask for the username "ada" at once', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 200 }, (_, at) =>
        accounts.createAccount({
          username: 'ada',
          email: `visitor-${at}@example.com`,
          password: null,
        }),
      ),
    );
    const [winner, ...others] = results.flatMap(({ value }) => value ?? []);
    const codes = new Set(results.flatMap(({ reason }) => reason?.code ?? []));
    if (!winner || others.length > 0) throw new Error(`${others.length + 1} accounts have it`);
    return { text: `1 has it, and 199 got ${[...codes].join(', ')}`, value: winner };
  });
  await narrator.step('Ada sets a password', async () => {
    await accounts.setPassword({ accountId: account.accountId, newPassword: PASSWORD });
    return { text: 'bcrypt, of every byte of it' };
  });
}

/** Answers get lost, and processes are killed. */
async function crash({ accounts, faults, narrator }) {
  narrator.chapter('What if it crashes in the middle?');
  const grace = { username: 'grace', email: 'grace@example.com', password: PASSWORD };
  const account = await narrator.step(
    'Grace signs up, and the database’s answer gets lost',
    async () => {
      faults.reset();
      faults.on('TransactWriteItems', 'answerLost');
      const created = await accounts.createAccount(grace);
      return { text: 'sent twice, done once: she has her account', value: created };
    },
  );
  const { accountId } = account;
  await narrator.step('She logs in', async () => {
    await accounts.userByPasswordLogin({ ...grace, request: requestWith() });
    return { text: 'a session' };
  });
  await narrator.step('Her account is deleted, and the process is killed half-way', async () => {
    faults.reset();
    faults.at(3, 'crashAfter');
    const text = await refusal('ServiceUnavailable', () =>
      accounts.lifecycle.delete({ accountId }),
    );
    faults.reset();
    return { text };
  });
  await narrator.refused('She tries to log in to what is left', 'AccountDeactivated', () =>
    accounts.userByPasswordLogin({ ...grace, request: requestWith() }),
  );
  await narrator.step('The deletion is called again', async () => {
    const { deletedCount } = await accounts.lifecycle.delete({ accountId });
    const left = await accounts.findUser({ username: 'grace' });
    if (left) throw new Error('the account is still there');
    return { text: `the last ${deletedCount} items are gone, and "grace" is free again` };
  });
}

/** A thief has a copy of a token. */
async function stolenToken({ accounts, clock, narrator }) {
  narrator.chapter('A stolen token');
  const stolen = await narrator.step('Ada logs in', async () => {
    const { authToken } = await accounts.userByPasswordLogin({
      username: 'ada',
      password: PASSWORD,
      request: requestWith(),
    });
    return { text: 'a thief copies her token', value: authToken };
  });
  await narrator.step('A request comes with the token', async () => {
    const { user } = await accounts.handleRequest(requestWith(stolen));
    return { text: `it is ${user.username}; the session is read, consistently, each time` };
  });
  const renewed = await narrator.step('Her client has the token replaced', async () => {
    const { authToken } = await accounts.refreshTokens({
      authToken: stolen,
      request: requestWith(),
    });
    return { text: 'a new token; the old one is good for 30 more seconds', value: authToken };
  });
  clock.advance(MINUTE_MS);
  await narrator.refused('A minute later, the thief uses the old one', 'InvalidSession', () =>
    accounts.handleRequest(requestWith(stolen)),
  );
  await narrator.refused(
    'Which of the two was the thief? Nobody knows, so the session has ended',
    'InvalidSession',
    () => accounts.handleRequest(requestWith(renewed)),
  );
}

/** A code is used twice. */
async function secondFactor({ accounts, clock, narrator }) {
  narrator.chapter('A second factor');
  const credentials = { username: 'ada', password: PASSWORD };
  const phone = await narrator.step('Ada adds an authenticator to her account', async () => {
    const request = requestWith();
    await accounts.userByPasswordLogin({ ...credentials, request });
    const { secret } = await accounts.twoFactor.enrol({ request });
    const authenticator = new TOTP({ secret: Secret.fromBase32(secret) });
    const code = authenticator.generate({ timestamp: clock.now().getTime() });
    const { recoveryCodes } = await accounts.twoFactor.confirm({ request, code });
    return { text: `and gets ${recoveryCodes.length} recovery codes`, value: authenticator };
  });
  clock.advance(MINUTE_MS);
  const code = phone.generate({ timestamp: clock.now().getTime() });
  const withCode = async () => {
    const challenge = await accounts
      .userByPasswordLogin({ ...credentials, request: requestWith() })
      .catch((error) => error.challenge);
    return accounts.twoFactor.loginWithTwoFactor({ challenge, code, request: requestWith() });
  };
  await narrator.step('She logs in with password and code', async () => {
    const { account } = await withCode();
    return { text: `it is ${account.username}` };
  });
  await narrator.refused(
    'Somebody who knows her password has seen the code',
    'TokenVerificationFailed',
    withCode,
  );
}

/** A scanner opens every link before the reader does. */
async function scanner({ handler, outbox, narrator }) {
  narrator.chapter('A scanner that follows links');
  const post = (path, body, cookie = '') =>
    handler(
      new Request(`https://app.example/auth${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'sec-fetch-site': 'same-origin',
          ...(cookie && { cookie }),
        },
        body: JSON.stringify(body),
      }),
    );
  const cookie = await narrator.step('Hedy signs up over HTTP, and gets a message', async () => {
    const email = 'hedy@example.com';
    const response = await post('/sign-up', { username: 'hedy', email, password: PASSWORD });
    if (!response.ok) throw new Error(await response.text());
    const cookies = response.headers.getSetCookie().map((each) => each.split(';')[0]);
    return { text: `"${outbox.last().subject}"`, value: cookies.join('; ') };
  });
  const link = outbox.links().at(-1);
  await narrator.step('The scanner of her mail provider opens the link, three times', async () => {
    for (let at = 0; at < 3; at++) {
      const page = await handler(new Request(link));
      if (!page.ok) throw new Error(await page.text());
    }
    return { text: 'a page with a button; nothing is used up, nor even read' };
  });
  await narrator.step('She opens it, and presses the button', async () => {
    const token = new URL(link).searchParams.get('token');
    const response = await post('/verify-email', { token }, cookie);
    if (!response.ok) throw new Error(await response.text());
    return { text: 'her address is confirmed' };
  });
}
