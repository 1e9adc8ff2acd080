import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import * as z from 'zod';
import { sampleOf } from '../../../entity/test/support/sampleOf.js';
import { phoneNumbers } from '../../src/contacts/phoneNumbers/index.js';
import { readConsoleAssets, type ConsoleAssets } from '../../src/console/ConsoleAssets.js';
import { accountListing } from '../../src/listing/index.js';
import { startTestConsole, type TestConsole } from '../console/support.js';
import { PASSWORD, requestWith } from '../support/testAccounts.js';
import { Person, WAYS } from './Person.js';
import { Screens } from './Screens.js';
import { startChromium } from './support.js';

// As it was built: what the command serves.
const PAGE = path.join(__dirname, '../../dist/console');
const SIZES = {
  phone: { width: 390, height: 844 },
  desktop: { width: 1280, height: 800 },
} as const;
type Size = keyof typeof SIZES;
const SHORT = ['<script>harmed = 1</script>', '\u202Egnp.exe', '👩‍👩‍👧‍👦'];
const HOSTILE = [...SHORT, 'x'.repeat(1000), 'long words '.repeat(91).trim()];

let assets: ConsoleAssets;
let chromium: Browser;
let browser: BrowserContext;
let own: TestConsole;

beforeAll(async () => {
  assets = await readConsoleAssets(PAGE);
  chromium = await startChromium();
  browser = await chromium.newContext();
});
afterAll(async () => {
  await chromium.close();
});
afterEach(async () => {
  expect(own.faults).toEqual([]);
  await own.close();
});

/** Starts a console and opens its link. */
async function open(
  size: Size,
  options: Parameters<typeof startTestConsole>[0] = {},
): Promise<Page> {
  own = await startTestConsole({
    assets,
    phones: phoneNumbers(),
    listing: accountListing(),
    accountFields: { plan: z.string().optional() },
    ...options,
  });
  await browser.clearCookies();
  const page = await browser.newPage();
  await page.setViewportSize(SIZES[size]);
  await page.goto(own.running.url);
  await page.getByRole('heading', { name: 'Find an account' }).waitFor();
  return page;
}

const FIELD = 'Username, e-mail address, phone or account id';

describe('The console', () => {
  it.each(sampleOf(WAYS, 4))(
    'finds, lists and changes accounts by %s on a %s',
    async (by, size) => {
      const page = await open(size);
      const { test } = own;
      const ada = await test.signUpWithTotp();
      const { username, accountId } = ada;
      await test.accounts.contacts.addPhone({ request: ada.request, phone: '+49 30 123456' });
      const account = await test.accounts.findUser({ username });
      if (!account) throw new Error('There is no account.');
      const firefox = { ...requestWith(), userAgent: 'Firefox on Linux' };
      await test.accounts.sessions.begin(account, firefox);
      await test.accounts.addResetPasswordToken({ accountId, reason: 'asked by phone' });
      await test.signUp();

      const person = new Person(page, by);
      const screens = new Screens(page, 'console', `${size}-${by}`);
      const faults: string[] = [];
      const look = async (name: string): Promise<void> => {
        if (by === 'mouse') faults.push(...(await screens.look(name)));
      };
      const dialog = page.getByRole('dialog');
      /** Presses a button of the account, agrees twice, and waits until it is done. */
      const act = async (button: string | RegExp, agree: string, done: string): Promise<void> => {
        await person.press(button);
        await dialog.getByText('At most, this costs:').waitFor();
        const isShown = ['Deactivate', 'Delete for good'].includes(agree);
        if (isShown) await look(`ask-${agree}`);
        await person.press('Continue', dialog);
        if (isShown) await look(`ask-again-${agree}`);
        await person.press(agree, dialog);
        await page.getByRole('status').filter({ hasText: done }).waitFor();
        await page.getByText('It cost:').waitFor();
      };

      // The token is not in the address any longer.
      expect(page.url()).toBe(`${own.running.origin}/`);
      await look('start');
      await person.fill({ [FIELD]: 'nobody' });
      await person.press('Find');
      await page.getByText('There is no account with this identifier.').waitFor();
      await look('not-found');

      await person.fill({ 'Begins with (optional)': username.slice(0, 3) });
      await person.press('List');
      await page.getByText('2 accounts', { exact: true }).waitFor();
      await look('list');
      await person.follow(username);
      await page.getByRole('heading', { name: username, level: 1 }).waitFor();
      expect(page.url()).toBe(`${own.running.origin}/#account=${accountId}`);
      await look('account');
      await page.goBack();
      await person.fill({ [FIELD]: ada.email });
      await person.press('Find');
      await page.getByRole('heading', { name: username, level: 1 }).waitFor();

      // Escape takes it back, before either question.
      await person.press('Deactivate');
      await dialog.getByText('At most, this costs:').waitFor();
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });

      await act('End session: Firefox on Linux', 'End session', 'The session has ended.');
      await act('End all sessions', 'End all sessions', `All sessions of ${username} have ended.`);
      await look('sessions-ended');
      await act('Deactivate', 'Deactivate', `${username} is deactivated.`);
      await page.getByText('Deactivated', { exact: true }).waitFor();
      await act('Reactivate', 'Reactivate', `${username} is active again.`);
      await act(
        'Reset second factor',
        'Reset second factor',
        `The second factor of ${username} is gone.`,
      );
      await page.getByText('Not enrolled').waitFor();

      const download = page.waitForEvent('download');
      await act('Export', 'Download', `The data of ${username} is downloaded.`);
      const saved = await download;
      expect(saved.suggestedFilename()).toBe(`account-${accountId}.json`);
      const exported = JSON.parse(readFileSync(await saved.path(), 'utf8')) as unknown;
      expect(exported).toMatchObject({ account: { accountId, username } });

      await act('Delete', 'Delete for good', `${username} is deleted.`);
      expect(await test.accounts.findUser({ username })).toBeNull();
      await look('deleted');

      expect(faults).toEqual([]);
      expect(screens.errors).toEqual([]);
      // Of the identifier that nobody has.
      expect(screens.refusals).toBe(1);
      await page.close();
    },
  );

  it.each(sampleOf(['desktop', 'phone'] as const, 2))(
    'shows hostile values as text on a %s',
    async (size) => {
      const page = await open(size);
      const { test } = own;
      const keys = HOSTILE.map((value, at) => [`${at} ${value.slice(0, 200)}`, value]);
      const account = await test.accounts.createAccount({
        username: `h${'o'.repeat(40)}`,
        email: `${'a'.repeat(60)}@${'b'.repeat(60)}.example.com`,
        password: PASSWORD,
        profile: { ...Object.fromEntries(keys), nested: { list: HOSTILE } },
        plan: SHORT.join(' '),
        extraContacts: [
          ...HOSTILE.map((value) => ({ kind: 'custom', value, meta: { value } })),
          { kind: 'oauth', provider: '<b>provider</b>', value: '</bdi>\u2067' },
        ],
      } as never);
      const { accountId } = account;
      for (const permission of SHORT) {
        await test.accounts.permissions.grant({ accountId, permission });
      }
      for (const userAgent of HOSTILE) {
        await test.accounts.sessions.begin(account, { ...requestWith(), userAgent });
      }
      const purpose = `<b>${'p'.repeat(200)}</b>`;
      await test.accounts.tokens.issue({ accountId, purpose });

      const person = new Person(page, 'mouse');
      const screens = new Screens(page, 'console', `${size}-hostile`);
      await person.fill({ 'Begins with (optional)': 'hooo' });
      await person.press('List');
      const faults = await screens.look('list');
      await person.fill({ [FIELD]: accountId });
      await person.press('Find');
      await page.getByRole('heading', { name: 'Sessions' }).waitFor();
      faults.push(...(await screens.look('account')));
      for (const value of [...HOSTILE, purpose, '<b>provider</b>']) {
        await page.getByText(value, { exact: true }).first().waitFor();
      }
      await person.press('Delete');
      await page.getByText('At most, this costs:').waitFor();
      faults.push(...(await screens.look('question')));
      expect(await page.evaluate(() => 'harmed' in globalThis)).toBe(false);
      expect([faults, screens.errors]).toEqual([[], []]);
      await page.close();
    },
  );

  it.each(sampleOf(['desktop', 'phone'] as const, 2))(
    'without --write and without a list says so on a %s',
    async (size) => {
      const page = await open(size, { canWrite: false, listing: undefined } as never);
      const { username } = await own.test.signUp();
      const person = new Person(page, 'mouse');
      const screens = new Screens(page, 'console', `${size}-read-only`);
      await page.getByText('accountListing()').waitFor();
      const faults = await screens.look('start');
      await person.fill({ [FIELD]: username });
      await person.press('Find');
      await page.getByText('Start the console with --write to change accounts.').waitFor();
      for (const name of ['Deactivate', 'End all sessions', 'Reset second factor', 'Delete']) {
        const button = page.getByRole('button', { name, exact: true });
        expect(await button.getAttribute('aria-disabled')).toBe('true');
        await button.click({ force: true });
      }
      expect(await page.getByRole('dialog').count()).toBe(0);
      faults.push(...(await screens.look('account')));

      // Nobody who finds the link later gets in.
      await browser.clearCookies();
      const other = await browser.newPage();
      await other.setViewportSize(SIZES[size]);
      const refused = new Screens(other, 'console', `${size}-refused`);
      await other.goto(own.running.url);
      await other.getByRole('heading', { name: 'No access' }).waitFor();
      faults.push(...(await refused.look('used-link')));
      expect([faults, screens.errors, refused.errors]).toEqual([[], [], []]);
      await other.close();
      await page.close();
    },
  );
});
