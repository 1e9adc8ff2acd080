import * as fc from 'fast-check';
import { AccountError } from '../../errors/AccountError.js';
import type { Message, MessageKind } from '../Delivery.js';
import { englishTemplates } from './englishTemplates.js';
import type { RenderOptions } from './MessageRenderer.js';
import { renderMessage } from './renderMessage.js';

const OPTIONS: RenderOptions = {
  applicationName: 'Söhne & Co',
  baseUrl: 'https://example.com/app',
};
const TOKEN = 'a-token';
const SCRIPT = '<script>alert("1")</script>';

/** Whether a kind's message has a link, by default. */
const KINDS: readonly (readonly [MessageKind, string | undefined])[] = [
  ['EmailVerification', `https://example.com/app/verify-email?token=${TOKEN}`],
  ['PhoneVerification', undefined],
  ['PasswordReset', `https://example.com/app/reset-password?token=${TOKEN}`],
  ['MagicLink', `https://example.com/app/magic-link?token=${TOKEN}`],
  ['SignUpLink', `https://example.com/app/magic-link?token=${TOKEN}`],
  ['LoginCode', undefined],
  ['SignUpAttempt', 'https://example.com/app/login'],
  ['UsernameChanged', undefined],
  ['PasswordChanged', undefined],
  ['PasswordRemoved', undefined],
  ['PasswordDisabled', undefined],
  ['ContactAdded', undefined],
  ['ContactRemoved', `https://example.com/app/restore-address?token=${TOKEN}`],
  ['TwoFactorEnabled', undefined],
  ['TwoFactorDisabled', undefined],
  ['PasskeyAdded', undefined],
  ['PasskeyRemoved', undefined],
];

interface Facts {
  readonly to?: Message['to'];
  readonly username?: string;
  readonly contact?: string;
  readonly token?: string;
}

function messageOf(kind: MessageKind, facts: Facts = {}): Message {
  const {
    to = { kind: 'email', value: 'ada@example.com' },
    username,
    contact,
    token = TOKEN,
  } = facts;
  return {
    kind,
    to,
    account: {
      accountId: '01JAAAAAAAAAAAAAAAAAAAAAAA',
      ...(username !== undefined && { username }),
      profile: { name: SCRIPT, locale: 'de-AT' },
    } as unknown as Message['account'],
    token,
    contact: { kind: 'email', value: contact ?? 'new@example.com' },
  };
}

const linksIn = (html: string): string[] =>
  [...html.matchAll(/\b(?:href|src|action)="([^"]*)"/g)].map(([, link = '']) => link);

const shownText = (html: string): string =>
  html
    .replace(/<title>.*<\/title>/, '')
    .replace(/<[^>]*>/g, '\n')
    .replace(/&#39;/g, "'")
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');

const refusalOf = (render: () => unknown): unknown => {
  try {
    return render();
  } catch (error) {
    if (AccountError.is(error)) return { code: error.code, ...error.details };
    throw error;
  }
};

describe('a message', () => {
  it('has words of the library’s own for every kind', () => {
    expect(KINDS.map(([kind]) => kind).sort()).toEqual(Object.keys(englishTemplates).sort());
  });

  describe.each(KINDS)('%s', (kind, url) => {
    const rendered = renderMessage(messageOf(kind, { username: 'ada' }), OPTIONS);
    const { subject, text, html } = rendered;

    it('has a subject, a text and an HTML document that say the same', () => {
      expect(subject).toContain('Söhne & Co');
      expect(html).toMatch(/^<!doctype html>\n<html lang="en" dir="ltr">/);
      expect(html.match(/<h1[ >]/g)).toHaveLength(1);
      expect(html).toContain('<title>');
      const shown = shownText(html);
      expect(shown).toContain(subject);
      for (const paragraph of text.split('\n').filter((line) => line !== '')) {
        expect(shown).toContain(paragraph);
      }
    });

    it('has its link, visible as text, and no other', () => {
      expect(rendered.url).toBe(url);
      expect(linksIn(html)).toEqual(url === undefined ? [] : [url]);
      expect(text.match(/https?:\S+/g) ?? []).toEqual(url === undefined ? [] : [url]);
      expect(shownText(html).match(/https?:\S+/g) ?? []).toEqual(url === undefined ? [] : [url]);
    });

    it('loads nothing, and lays nothing out with tables', () => {
      expect(html).not.toMatch(
        /<(?:img|table|script|link|iframe|form|object|style)\b|url\(|@import/i,
      );
    });

    it('is short for a phone', () => {
      const to = { kind: 'phone', value: '+4930123456' } as const;
      const application = { ...OPTIONS, applicationName: 'My application' };
      const sms = renderMessage(messageOf(kind, { to, contact: '+4930123456', token: '123456' }), {
        ...application,
      }).text.trimEnd();
      // Two parts of a text message at most (3GPP TS 23.040 §9.2.3.24.1), in the letters of GSM 7-bit.
      expect(sms.length).toBeLessThanOrEqual(306);
      expect(sms).toMatch(/^[\w .,:!'@+/?=()-]+$/);
      expect(sms).toContain('My application');
      if (kind === 'PhoneVerification') expect(sms).toMatch(/^123456 is your code/);
    });

    it('ASVS 1.2.1: shows what people wrote as text, never as markup', () => {
      const hostile = renderMessage(
        messageOf(kind, { username: `${SCRIPT}'`, contact: `"${SCRIPT}`, token: SCRIPT }),
        { ...OPTIONS, applicationName: `${SCRIPT}&amp;` },
      );
      expect(hostile.html).not.toMatch(/<script|alert\("|"1"/);
      expect(hostile.html).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;amp;');
      expect(
        linksIn(hostile.html).every((link) => link.startsWith('https://example.com/app/')),
      ).toBe(true);
    });

    it('ASVS 1.3.11: has one line as its subject, whatever people are called', () => {
      const username = 'ada\r\nBcc: eve@evil.example\u2028x\u0000\u202Ey';
      const hostile = renderMessage(messageOf(kind, { username, contact: username }), {
        ...OPTIONS,
        templates: {
          en: {
            [kind]: ({ username: name = '' }: { username?: string }) => ({
              subject: `Hello ${username} ${name}\n`,
              paragraphs: [name],
            }),
          },
        },
      });
      expect(hostile.subject).toBe(
        'Hello ada Bcc: eve@evil.example x y ada Bcc: eve@evil.example x y',
      );
      const own = renderMessage(messageOf(kind, { username, contact: username }), OPTIONS);
      expect(own.subject).not.toMatch(/[\p{Cc}\p{Zl}\u202E]/u);
      expect(own.text).not.toMatch(/^Bcc:/m);
    });
  });

  it('has no letter of a sign-up that somebody else may have typed, where nothing is verified', () => {
    const username = 'http://evil.example/win';
    for (const kind of ['EmailVerification', 'SignUpAttempt'] as const) {
      const { subject, text, html } = renderMessage(messageOf(kind, { username }), OPTIONS);
      expect(`${subject}${text}${html}`).not.toMatch(/evil|alert/);
    }
  });

  it('names the account whose password is to be replaced', () => {
    const { text } = renderMessage(messageOf('PasswordReset', { username: 'ada' }), OPTIONS);
    expect(text).toContain('(ada)');
  });

  it('can be read: its colours differ by 7:1 or more (WCAG 2.2, 1.4.6)', () => {
    const { html } = renderMessage(messageOf('MagicLink'), OPTIONS);
    const [background = ''] = /(?<=background:)#\w{6}/.exec(html) ?? [];
    const colours = [...html.matchAll(/[;"]color:(#\w{6})/g)].map(([, colour = '']) => colour);
    expect(colours).toHaveLength(2);
    for (const colour of colours) expect(contrastOf(background, colour)).toBeGreaterThanOrEqual(7);
  });

  it('ASVS 1.2.1: keeps any text inside its elements', () => {
    const elements = (html: string): string[] => html.match(/<[^>]*>/g) ?? [];
    const expected = elements(
      renderMessage(messageOf('UsernameChanged', { username: 'x' }), OPTIONS).html,
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (username) => {
        const { html } = renderMessage(messageOf('UsernameChanged', { username }), OPTIONS);
        expect(elements(html)).toEqual(expected);
      }),
    );
  });
});

describe('templates of the application', () => {
  const templates: NonNullable<RenderOptions['templates']> = {
    de: {
      EmailVerification: ({ applicationName, locale }) => ({
        subject: `Adresse für ${applicationName} bestätigen`,
        paragraphs: [`Bitte <bestätigen> (${locale}).`],
        link: 'Bestätigen',
        closing: ['Danke.'],
      }),
    },
    'de-CH': { MagicLink: () => ({ subject: 'Grüezi', paragraphs: ['Ufmache:'] }) },
    he: { MagicLink: () => ({ subject: 'כניסה', paragraphs: [] }) },
    en: {
      PasswordChanged: ({ applicationName, username = '' }) => ({
        subject: 'Changed\r\nBcc: eve@evil.example',
        text: `${applicationName} ${username}`,
        html: '<!doctype html><p>mine</p>',
      }),
    },
  };
  const rendered = (kind: MessageKind, locale?: RenderOptions['locale'], facts?: Facts) =>
    renderMessage(messageOf(kind, facts), {
      ...OPTIONS,
      templates,
      ...(locale !== undefined && { locale }),
    });

  it('are laid out and escaped, in their own language', () => {
    const { subject, text, html, url } = rendered('EmailVerification', 'de');
    expect(subject).toBe('Adresse für Söhne & Co bestätigen');
    expect(text).toBe(`Bitte <bestätigen> (de).\n\n${url ?? ''}\n\nDanke.\n`);
    expect(html).toContain('<html lang="de" dir="ltr">');
    expect(html).toContain('<p>Bitte &lt;bestätigen&gt; (de).</p>');
    expect(html).toContain('>Bestätigen</a>');
  });

  test.each([
    ['de-AT', 'Adresse für Söhne & Co bestätigen', 'de'],
    ['DE-at', 'Adresse für Söhne & Co bestätigen', 'de'],
    [({ account }: Message) => account.profile?.locale, 'Adresse für Söhne & Co bestätigen', 'de'],
    ['fr', 'Confirm your e-mail address for Söhne & Co', 'en'],
    ['__proto__', 'Confirm your e-mail address for Söhne & Co', 'en'],
    ['"><script>', 'Confirm your e-mail address for Söhne & Co', 'en'],
    [() => ({}), 'Confirm your e-mail address for Söhne & Co', 'en'],
    [undefined, 'Confirm your e-mail address for Söhne & Co', 'en'],
  ])('are found by language, and else English ones: %p', (locale, subject, lang) => {
    const message = rendered('EmailVerification', locale);
    expect(message.subject).toBe(subject);
    expect(message.html).toContain(`<html lang="${lang}" dir="ltr">`);
  });

  it('fall back kind by kind', () => {
    expect(rendered('MagicLink', 'de-CH').subject).toBe('Grüezi');
    expect(rendered('EmailVerification', 'de-CH').html).toContain('lang="de"');
    expect(rendered('PasswordReset', 'de-CH').html).toContain('lang="en"');
  });

  it('have the link as its own words where they give none, and the direction of their script', () => {
    const { html, url = '' } = rendered('MagicLink', 'he');
    expect(html).toContain('<html lang="he" dir="rtl">');
    expect(html).toContain(`>${url}</a></p>`);
  });

  it('ASVS 1.3.11: may give everything themselves, but for a subject of several lines', () => {
    expect(rendered('PasswordChanged', undefined, { username: 'ada' })).toEqual({
      subject: 'Changed Bcc: eve@evil.example',
      text: 'Söhne & Co ada',
      html: '<!doctype html><p>mine</p>',
    });
  });

  test.each([
    [{ 'no language': {} }, 'templates'],
    [{ de: { EmailVerification: 'text' } }, 'templates.de'],
    [{ de: { NoSuchKind: () => ({}) } }, 'templates.de'],
    [{ de: { toString: () => ({}) } }, 'templates.de'],
  ])('are refused when they could never be used: %p', (wrong, path) => {
    const options = { ...OPTIONS, templates: wrong as never };
    expect(refusalOf(() => renderMessage(messageOf('MagicLink'), options))).toMatchObject({
      code: 'InvalidConfiguration',
      path,
    });
  });

  it('must give texts', () => {
    const own = { en: { MagicLink: () => ({ subject: 'x', text: 'x', html: 7 }) } };
    const options = { ...OPTIONS, templates: own as never };
    expect(refusalOf(() => renderMessage(messageOf('MagicLink'), options))).toMatchObject({
      code: 'InvalidConfiguration',
      path: 'templates.en.MagicLink',
    });
  });
});

describe('the application’s name', () => {
  test.each([
    '',
    'x'.repeat(101),
    'Mine\r\nBcc: eve@evil.example',
    'Mine\u2028',
    ' Mine',
    undefined as never,
  ])('ASVS 1.3.11: is 1 to 100 characters on one line, not %p', (applicationName) => {
    const options = { ...OPTIONS, applicationName };
    expect(refusalOf(() => renderMessage(messageOf('MagicLink'), options))).toMatchObject({
      code: 'InvalidConfiguration',
      path: 'applicationName',
    });
  });
});

function contrastOf(a: string, b: string): number {
  const [lighter = 0, darker = 0] = [a, b].map(luminanceOf).sort((x, y) => y - x);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminanceOf(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
