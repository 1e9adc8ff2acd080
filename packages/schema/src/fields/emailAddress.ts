import * as z from 'zod';
import { foldCase, foldPrefix } from './foldCase.js';

const MAX_BYTES = 254; // RFC 5321 §4.5.3.1.3, less the angle brackets
const MAX_LOCAL_BYTES = 64; // RFC 5321 §4.5.3.1.1
// RFC 6531 mailboxes without quoted strings, comments and address literals. Neither expression
// has nested repetition over one alphabet, so both are linear in the length of the input.
const LOCAL =
  /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const LABEL = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?$/u;
// What a host ends with to be an IPv4 address, in whatever notation (WHATWG URL §3.5).
const NUMBER = /^(?:\d+|0x[0-9a-f]*)$/;
// Letters and marks that cannot be seen, such as Hangul fillers and variation selectors.
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;

const ASCII = /^\p{ASCII}*$/u;
const AFTER_LABEL = '.example';

const NOT_AN_ADDRESS = 'not an e-mail address';
const utf8 = new TextEncoder();

/**
 * An e-mail address in normalised form: lower case, Unicode normal form C, and the domain in ASCII
 * (RFC 5891), so that different spellings of a domain have one form.
 *
 * Refuses input that has been used to trick mailers: lists (`a@x,b@y`), quoted local parts, line
 * breaks, spaces, encoded words, and letters that only look like others after compatibility
 * normalisation (`＠`). The checks run after normalisation, so that no spelling bypasses them.
 *
 * @example
 * ```ts
 * import { emailAddress } from '@latchkey/schema';
 *
 * console.log(emailAddress.parse('Ada@Example.com')); // 'ada@example.com'
 * console.log(emailAddress.parse('ada@bücher.example')); // 'ada@xn--bcher-kva.example'
 * ```
 */
export const emailAddress = z
  .string()
  .max(MAX_BYTES, { abort: true })
  .overwrite((address) => foldCase(address, 'NFC'))
  .refine(isEmailAddress, { error: NOT_AN_ADDRESS, abort: true })
  .overwrite(withAsciiDomain)
  .refine(isEmailAddress, { error: NOT_AN_ADDRESS });

/**
 * The beginnings, in normalised form, of e-mail addresses that begin with a prefix: one, or two after a
 * capital sigma, in no order; none if the prefix is longer than an address, or has a lone surrogate.
 *
 * A label of the domain that is not ASCII counts as complete, since no part of it has a form in ASCII.
 *
 * @example
 * ```ts
 * import { emailAddressPrefixes } from '@latchkey/schema';
 *
 * console.log(emailAddressPrefixes('Ada@Ex')); // ['ada@ex']
 * console.log(emailAddressPrefixes('ada@bücher')); // ['ada@xn--bcher-kva']
 * ```
 */
export function emailAddressPrefixes(prefix: string): readonly string[] {
  if (prefix.length > MAX_BYTES || !prefix.isWellFormed()) return [];
  const stored = new Set(foldPrefix(prefix, 'NFC').map(withAsciiLabels));
  return [...stored].filter((start) => utf8.encode(start).length <= MAX_BYTES);
}

/** The same prefix of an address, with each label of its domain as {@link withAsciiDomain} has it. */
function withAsciiLabels(prefix: string): string {
  const [local = '', ...domain] = prefix.split('@');
  const labels = domain.map((part) => part.split('.').map(asciiLabel).join('.'));
  return [local, ...labels].join('@');
}

/** A label in ASCII; unchanged if it is ASCII, or no label. */
function asciiLabel(label: string): string {
  if (ASCII.test(label) || !LABEL.test(label)) return label;
  // A label alone could be read as a number, and that as an address.
  return asciiHost(`${label}${AFTER_LABEL}`)?.slice(0, -AFTER_LABEL.length) ?? label;
}

function isEmailAddress(value: string): boolean {
  const [local = '', domain = '', ...more] = value.split('@');
  const labels = domain.split('.');
  return (
    more.length === 0 &&
    value.isWellFormed() &&
    value === value.normalize('NFKC') &&
    !INVISIBLE.test(value) &&
    utf8.encode(value).length <= MAX_BYTES &&
    utf8.encode(local).length <= MAX_LOCAL_BYTES &&
    LOCAL.test(local) &&
    !hasEncodedWord(local) &&
    labels.length > 1 &&
    labels.every((label) => label.length <= 63 && LABEL.test(label)) &&
    !NUMBER.test(labels.at(-1) ?? '')
  );
}

/** Mail programs that decode names decode addresses, too, and find others in them (RFC 2047 §2). */
function hasEncodedWord(local: string): boolean {
  const start = local.indexOf('=?');
  return start !== -1 && local.includes('?=', start + 2);
}

/** The same address; nothing after the @ where the domain stands for none. */
function withAsciiDomain(address: string): string {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, at)}@${asciiHost(address.slice(at + 1)) ?? ''}`;
}

function asciiHost(host: string): string | undefined {
  try {
    return new URL(`https://${host}`).hostname;
  } catch {
    // `URL.canParse` would say so without an error; but once it is compiled, Node.js 20 and 22 have
    // it say so of every other letter than ASCII, too.
    return undefined;
  }
}
