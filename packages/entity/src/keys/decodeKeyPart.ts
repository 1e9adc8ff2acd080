import { decodeNumber } from './encodeNumber.js';
import type { KeyValue } from './encodeKeyPart.js';

/** Reads what `encodeKeyPart` wrote; `undefined` for text that it never writes. */
export function decodeKeyPart(text: string): KeyValue | undefined {
  if (!text.startsWith('$') || /^\$[012]/.test(text)) {
    return text.replace(/\$([012][0-9a-f])/g, (_, code: string) =>
      String.fromCharCode(parseInt(code, 16)),
    );
  }
  const rest = text.slice(2);
  switch (text[1]) {
    case 'n':
      return Number(decodeNumber(rest));
    case 'i':
      return BigInt(decodeNumber(rest));
    case 'd':
      return new Date(rest);
    case 't':
      return true;
    case 'f':
      return false;
    default:
      return undefined;
  }
}
