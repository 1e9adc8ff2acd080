import type { Mailbox } from '../templates/addresses.js';

// RFC 2047 §2: at most 75 characters with `=?UTF-8?B?` and `?=`, and so 45 bytes before base64.
const WORD_BYTES = 45;

/** Writes a name and an address as RFC 5322 §3.4 wants them; names in other letters after RFC 2047. */
export function formatMailbox({ name, address }: Mailbox): string {
  return `${formatName(name)} <${address}>`;
}

function formatName(name: string): string {
  if (/^[\x20-\x7e]*$/.test(name) && !name.includes('=?')) {
    return `"${name.replace(/["\\]/g, '\\$&')}"`;
  }
  return chunksOf(name)
    .map((chunk) => `=?UTF-8?B?${Buffer.from(chunk).toString('base64')}?=`)
    .join(' ');
}

/** Splits between characters, not within one. */
function chunksOf(text: string): string[] {
  const chunks = [''];
  for (const character of text) {
    const longer = `${chunks.at(-1) ?? ''}${character}`;
    if (Buffer.byteLength(longer) <= WORD_BYTES) chunks.splice(-1, 1, longer);
    else chunks.push(character);
  }
  return chunks;
}
