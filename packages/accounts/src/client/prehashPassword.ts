import type { PasswordSaltBody } from '../http/api.js';
import type { PasswordPrehash } from './AccountsClient.js';

/** The passwords that a body may have. */
const FIELDS = ['password', 'currentPassword', 'newPassword'] as const;
type Field = (typeof FIELDS)[number];

/** As many as OWASP's Password Storage Cheat Sheet asks for with HMAC-SHA256. */
const ITERATIONS = 600_000;
const KEY_BITS = 256;
const SALT_BYTES = 16;

/**
 * Hashes passwords before they are sent (PBKDF2-SHA256, 600 000 iterations, the salt of the account): give it to
 * `init` as `prehashPassword`. The server hashes what arrives once more.
 *
 * @example
 * ```ts
 * import { init, prehashPassword } from '@latchkey/accounts/client';
 *
 * export const client = init({ baseUrl: '/auth', prehashPassword });
 * ```
 */
export const prehashPassword: PasswordPrehash = (body, ask) => prehash(body, ask, false);

/**
 * The same, but logins send the password as well, for a server whose accounts migrate
 * (`passwords.prehashed.migrating`).
 */
export const prehashMigratingPassword: PasswordPrehash = (body, ask) => prehash(body, ask, true);

async function prehash<B extends object>(
  body: B,
  ask: (name: PasswordSaltBody) => Promise<string>,
  isMigrating: boolean,
): Promise<B> {
  const fields = body as Readonly<Partial<Record<Field | 'token', unknown>>> & PasswordSaltBody;
  const found = FIELDS.filter((field) => typeof fields[field] === 'string' && fields[field] !== '');
  if (found.length === 0) return body;
  // Who follows a link from a message has no name to ask by; the account gets a salt of its own.
  const salt = fields.token === undefined ? await ask(nameIn(fields)) : randomSalt();
  const hashed = await Promise.all(
    found.map(async (field) => {
      const password = fields[field] as string;
      const sent = `latchkey-prehash:1:${salt}:${await derive(password, salt)}`;
      const isShown = isMigrating && field !== 'newPassword';
      return [field, isShown ? `${sent}:${password}` : sent] as const;
    }),
  );
  return { ...body, ...Object.fromEntries(hashed) };
}

/** A new name beside the current password is none that the server knows: there, the session counts. */
function nameIn(body: PasswordSaltBody & { readonly password?: unknown }): PasswordSaltBody {
  const { username, email, phone, country, password } = body;
  if (password === undefined) return {};
  if (username !== undefined) return { username };
  if (email !== undefined) return { email };
  return phone === undefined ? {} : { phone, ...(country !== undefined && { country }) };
}

async function derive(password: string, salt: string): Promise<string> {
  const { subtle } = globalThis.crypto;
  const text = new TextEncoder().encode(password.normalize('NFC'));
  const key = await subtle.importKey('raw', text, 'PBKDF2', false, ['deriveBits']);
  const options = {
    name: 'PBKDF2',
    hash: 'SHA-256',
    salt: fromBase64Url(salt),
    iterations: ITERATIONS,
  };
  return toBase64Url(new Uint8Array(await subtle.deriveBits(options, key, KEY_BITS)));
}

function randomSalt(): string {
  return toBase64Url(globalThis.crypto.getRandomValues(new Uint8Array(SALT_BYTES)));
}

function toBase64Url(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const bytes = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(bytes, (letter) => letter.charCodeAt(0));
}
