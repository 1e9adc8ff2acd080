import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import path from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { sampleOf } from '../../../entity/test/support/sampleOf.js';
import type { PageElement } from './dom.js';
import { Person, WAYS } from './Person.js';
import { Screens } from './Screens.js';
import { startChromium } from './support.js';

const ROOT = path.join(__dirname, '../../../..');
const SIZES = {
  phone: { width: 390, height: 844 },
  desktop: { width: 1280, height: 800 },
} as const;
const PASSWORD = 'a long walk in the hills';
const ANOTHER = 'another walk by the sea';

let server: ChildProcess;
let url: string;
let chromium: Browser;
let browser: BrowserContext;

beforeAll(async () => {
  server = spawn(process.execPath, ['--no-warnings', path.join(ROOT, 'web/runTour.mjs')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  url = await urlOf(server);
  chromium = await startChromium();
  browser = await chromium.newContext();
});

afterAll(async () => {
  await chromium.close();
  server.kill('SIGINT');
  const [code] = (await once(server, 'exit')) as [number | null];
  expect(code).toBe(0);
});

async function urlOf({ stdout }: ChildProcess): Promise<string> {
  let printed = '';
  for await (const text of stdout ?? []) {
    printed += String(text);
    const found = /http:\/\/127\.0\.0\.1:\d+\//.exec(printed);
    if (found) return found[0];
  }
  throw new Error(`The tour did not start: ${printed}`);
}

async function open(size: keyof typeof SIZES): Promise<Page> {
  await browser.clearCookies();
  const page = await browser.newPage();
  await page.setViewportSize(SIZES[size]);
  await page.goto(url);
  return page;
}

const part = (page: Page, name: string): Locator => page.getByRole('region', { name });

/** Waits for what the page says after a click. */
async function says(page: Page, text: string): Promise<void> {
  await page.getByRole('status').filter({ hasText: text }).waitFor();
}

/** The numbers of the last click, by name. */
async function costOf(page: Page): Promise<Record<string, string>> {
  const cost = part(page, 'Last click').locator('dl.cost').first();
  const names = await cost.locator('dt').allTextContents();
  const values = await cost.locator('dd').allTextContents();
  return Object.fromEntries(names.map((name, at) => [name, values[at] ?? '']));
}

describe('The tour', () => {
  it.each(sampleOf(WAYS, 4))(
    'goes through all flows by %s on a %s',
    async (by, size) => {
      const page = await open(size);
      const person = new Person(page, by);
      const screens = new Screens(page, 'tour', `${size}-${by}`);
      const faults: string[] = [];
      const look = async (name: string): Promise<void> => {
        if (by === 'mouse') faults.push(...(await screens.look(name)));
      };
      const outbox = part(page, 'Outbox');
      /** The newest message with a text, or a button of this name. */
      const newest = (text: string): Locator =>
        outbox.getByRole('listitem').filter({ hasText: text }).first();
      const username = `ada-${by}-${size}`;
      const email = `${username}@example.com`;

      await page.getByRole('heading', { name: 'Your account' }).waitFor();
      await look('visitor');

      await person.press('Create account');
      expect(await focused(page)).toBe('Username');
      await look('form-with-fault');
      await person.fill({
        Username: username,
        'E-mail address': email,
        Password: PASSWORD,
      });
      await person.fill({ 'Name (optional)': 'Ada Lovelace' });
      await person.press('Create account');
      await says(page, 'Your account is created.');
      expect(await costOf(page)).toEqual({
        Requests: '2',
        'Write units': '17',
        'Read units': '0',
        Dollars: '$0.0000106',
      });
      await look('signed-up');

      await person.choose('Sign in');
      const signIn = async (password: string): Promise<void> => {
        await person.fill({ 'Username or e-mail address': username, Password: password });
        await person.press('Sign in');
      };
      await signIn(PASSWORD);
      await page.getByText('Confirm your address first').waitFor();
      await person.press('Confirm address', newest('Confirm address'));
      await says(page, 'You can sign in now.');
      await signIn(PASSWORD);
      await says(page, 'You are signed in.');
      expect(await focused(page)).toBe('Your account');
      await look('signed-in');

      await person.choose('Contacts');
      await page.getByText('Confirmed', { exact: true }).waitFor();
      await person.fill({ 'E-mail address': `other-${email}` });
      await person.press('Add address');
      await says(page, 'Confirm it in the outbox.');
      await person.press('Confirm address', newest('Confirm address'));
      await says(page, 'The address is confirmed.');
      await person.fill({ 'Phone number': phoneOf(by, size) });
      await person.press('Add number');
      await says(page, 'Its code is in the outbox.');
      const message = newest('Your code for');
      await person.open('Read', message);
      const code = /\d{6}/.exec((await message.locator('p').textContent()) ?? '')?.[0] ?? '';
      await look('contacts');
      await person.fill({ 'Code from the message': code });
      await person.press('Confirm', page.getByRole('form', { name: 'Confirm the number' }));
      await says(page, 'The number is confirmed.');
      await person.press(`Remove other-${email}`);
      await says(page, 'The contact is removed.');
      expect(await focused(page)).toBe('Contacts');

      await person.choose('Sessions');
      const sessions = page.getByRole('list', { name: 'Sessions' });
      await sessions.waitFor();
      const another = async (): Promise<void> => {
        await person.fill({ Password: PASSWORD });
        await person.press('Sign in on another device');
        await says(page, 'The other device is signed in.');
      };
      await another();
      await another();
      await look('sessions');
      await person.press('Revoke', sessions.getByRole('listitem').nth(1));
      await says(page, 'The session has ended.');
      expect(await sessions.getByRole('listitem').count()).toBe(2);
      await person.press('Revoke all others');
      await says(page, 'Every other session has ended.');
      expect(await sessions.getByRole('listitem').count()).toBe(1);
      expect(await focused(page)).toBe('Sessions');

      await person.choose('Second factor');
      await person.press('Set up');
      await says(page, 'Scan the picture');
      await look('second-factor');
      const shown = (await page.locator('.play-along strong').textContent()) ?? '';
      await person.fill({ Code: shown });
      await person.press('Turn on');
      await says(page, 'The second factor is on.');
      const recoveryCodes = await page.locator('.codes li').allTextContents();
      await look('recovery-codes');

      await person.press('Sign out');
      await says(page, 'You are signed out.');
      await person.choose('Sign in');
      await signIn(PASSWORD);
      await page.getByRole('heading', { name: 'Second factor' }).waitFor();
      await look('second-step');
      await person.fill({ 'Code from your app, or a recovery code': recoveryCodes[0] ?? '' });
      await person.press('Continue');
      await says(page, 'You are signed in.');

      await person.choose('Second factor');
      await page.getByText('On, 9 recovery codes left').waitFor();
      await person.fill({ 'Code or recovery code': recoveryCodes[1] ?? '' });
      await person.press('Turn off');
      await says(page, 'The second factor is off.');

      await person.choose('Password');
      await person.fill({ 'Current password': 'not this one', 'New password': ANOTHER });
      await person.press('Change password');
      await page.getByText('The password is wrong.').waitFor();
      expect(await focused(page)).toBe('Current password');
      await person.fill({ 'Current password': PASSWORD });
      await person.press('Change password');
      await says(page, 'The password is changed.');
      await look('password');

      await person.choose('Account');
      await person.press('Export my data');
      await page.getByRole('region', { name: 'Exported data' }).waitFor();
      await look('export');

      await person.press('Sign out');
      await says(page, 'You are signed out.');
      await person.choose('Forgot password');
      await person.fill({ 'Username or e-mail address': email });
      await person.press('Send link');
      await says(page, 'its link is in the outbox.');
      await look('forgot-password');
      await person.press('Choose a new password…', newest('Choose a new password…'));
      const dialog = page.getByRole('dialog');
      await look('reset-password');
      await person.fill({ 'New password': PASSWORD }, dialog);
      await person.press('Set password', dialog);
      await says(page, 'The password is set.');

      await person.choose('Sign in');
      await signIn(PASSWORD);
      await says(page, 'You are signed in.');
      await person.press('Delete account…');
      await look('delete');
      expect(await focused(page)).toBe('Cancel');
      await person.press('Cancel', dialog);
      await person.press('Delete account…');
      await person.press('Delete account', dialog);
      await says(page, 'The account is deleted.');
      await look('deleted');
      const items = part(page, 'The table').locator('.items > li:not(.removed)');
      expect((await items.allTextContents()).filter((text) => text.includes(username))).toEqual([]);

      expect(faults).toEqual([]);
      expect(screens.errors).toEqual([]);
      // Too early a sign-in, the second step of another, and a wrong password.
      expect(screens.refusals).toBe(3);
      await page.close();
    },
    240_000,
  );
});

describe('A login of long ago', () => {
  it('is proven again by the password, for the step that needs it', async () => {
    const username = 'ada-again';
    await post('sign-up', { username, email: `${username}@example.com`, password: PASSWORD });
    const { messages } = await state();
    await post('verify-email', { token: messages.at(-1)?.token, password: PASSWORD });
    const page = await open('desktop');
    const person = new Person(page, 'keyboard');
    const screens = new Screens(page, 'tour', 'desktop-again');
    await person.choose('Sign in');
    await person.fill({ 'Username or e-mail address': username, Password: PASSWORD });
    await person.press('Sign in');
    await says(page, 'You are signed in.');
    await person.choose('Contacts');
    const code = 'RecentLoginRequired';
    // As the server answers after ten minutes.
    await page.route('**/auth/contacts/emails', (route) =>
      route.fulfill({ status: 401, json: { type: 'about:blank', status: 401, code } }),
    );
    await person.fill({ 'E-mail address': 'again@example.com' });
    await person.press('Add address');
    await page.getByRole('heading', { name: 'Prove again that it is you' }).waitFor();
    const faults = await screens.look('prove-again');
    await page.unroute('**/auth/contacts/emails');
    await person.fill({ 'Current password': PASSWORD });
    await person.press('Continue');
    await says(page, 'Now repeat the last step.');
    await person.press('Add address');
    await says(page, 'Confirm it in the outbox.');
    expect(await page.getByRole('heading', { name: 'Prove again' }).count()).toBe(0);
    expect(faults).toEqual([]);
    expect([screens.errors, screens.refusals]).toEqual([[], 1]);
    await page.close();
  }, 120_000);
});

/** Texts that want to be more than text. */
const HOSTILE = {
  markup:
    '<script>hacked = 1</script><img src=x onerror="hacked = 1">{{7*7}}${7*7}</bdi></details>',
  direction: '\u202Egpj.exe \u2067\u0627\u0628\u062C\u062F\u2066 \u200F)admin(\u202B \u202D',
  long: 'x'.repeat(1000),
  emoji: '👩‍👩‍👧‍👦🏴‍☠️é́́́́'.repeat(40),
};

describe('Hostile text', () => {
  it.each(sampleOf(Object.entries(HOSTILE), 4))(
    'is shown as text, and widens nothing: %s',
    async (kind, text) => {
      const username = kind === 'direction' ? 'עדה'.repeat(33) : `eve-${kind}`;
      const email = `${'e'.repeat(50)}-${kind}@example.com`;
      await post('sign-up', {
        username,
        email,
        password: PASSWORD,
        profile: { name: text, [kind]: text },
      });
      const { messages } = await state();
      await post('verify-email', { token: messages.at(-1)?.token, password: PASSWORD });
      // Headers hold no other characters.
      const userAgent = `${encodeURI(text.slice(0, 80).toWellFormed())} ${text.replaceAll(/[^ -~]/g, '')}`;
      await post('sign-in', { username, password: PASSWORD, rememberMe: 'none' }, userAgent);

      const page = await open('phone');
      const person = new Person(page, 'mouse');
      const screens = new Screens(page, 'tour', `hostile-${kind}`);
      const faults: string[] = [];
      await person.choose('Sign in');
      await person.fill({ 'Username or e-mail address': username, Password: PASSWORD });
      await person.press('Sign in');
      await says(page, 'You are signed in.');
      await page.getByText(text, { exact: true }).first().waitFor();
      for (const item of await part(page, 'The table').locator('summary').all()) await item.click();
      await person.press('Export my data');
      await page.getByRole('region', { name: 'Exported data' }).waitFor();
      faults.push(...(await screens.look('account')));
      await person.choose('Contacts');
      await page.getByRole('list', { name: 'Contacts' }).waitFor();
      faults.push(...(await screens.overflows()));
      await person.choose('Sessions');
      await page.getByRole('list', { name: 'Sessions' }).getByText('Another device').waitFor();
      faults.push(...(await screens.look('sessions')));

      expect(faults).toEqual([]);
      expect(screens.errors).toEqual([]);
      expect(await page.evaluate(() => 'hacked' in globalThis)).toBe(false);
      await page.close();
    },
    120_000,
  );
});

describe('The server of the tour', () => {
  it.each(['evil.example', 'localhost', '127.0.0.1:1', 'localhost.evil.example:80', ''])(
    'answers nobody who calls it %p',
    async (host) => {
      for (const path of ['/', '/page.js', '/tour/state', '/auth/session']) {
        expect(await statusOf(path, host)).toBe(403);
      }
    },
  );

  it('counts what the page reads by itself in no call', async () => {
    const before = await state();
    expect(before.reading.requests).toBeGreaterThan(0);
    await state();
    const after = await state(before.lastCall);
    expect(after.calls).toEqual([]);
    await fetch(`${url}auth/session`);
    const { calls } = await state(before.lastCall);
    expect(calls.map(({ path, cost }) => [path, cost.requests])).toEqual([['/auth/session', 0]]);
  });

  it('lets the page load nothing but its own', async () => {
    for (const path of ['', 'page.js', 'page.css', 'tour/state', 'nothing']) {
      const { headers } = await fetch(url + path);
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
          "img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
      );
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  it('has no script, style or handler in its HTML', async () => {
    const html = await (await fetch(url)).text();
    expect(html).not.toMatch(/<style| style=| on\w+=|<script(?! type="module" src="\/page\.js"><)/);
  });
});

interface State {
  readonly messages: readonly { readonly token?: string }[];
  readonly lastCall: number;
  readonly reading: { readonly requests: number };
  readonly calls: readonly {
    readonly path: string;
    readonly cost: { readonly requests: number };
  }[];
}

async function state(after = 0): Promise<State> {
  return (await (await fetch(`${url}tour/state?after=${after}`)).json()) as State;
}

/** Calls a route as a program does, without a browser's headers. */
async function post(route: string, body: object, userAgent = 'test'): Promise<void> {
  const headers = { 'content-type': 'application/json', 'user-agent': userAgent };
  const response = await fetch(`${url}auth/${route}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${route}: ${response.status} ${await response.text()}`);
}

async function statusOf(path: string, host: string): Promise<number | undefined> {
  const sent = request(new URL(path, url), { headers: { host }, setHost: false }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

/** The name of the element that has the focus: its label, or else its text. */
function focused(page: Page): Promise<string> {
  return page.locator('*:focus').evaluate((node) => {
    const element = node as unknown as PageElement;
    return (element.labels?.[0] ?? element).textContent?.replace(' (optional)', '').trim() ?? '';
  });
}

function phoneOf(by: string, size: string): string {
  return `+44 7400 1234${by === 'mouse' ? '1' : '2'}${size === 'phone' ? '1' : '2'}`;
}
