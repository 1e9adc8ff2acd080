import { isIP } from 'node:net';
import { canonicalAddress } from './canonicalAddress.js';
import { isTrusted, type TrustedProxies } from './trustedProxies.js';

/** An IPv4 address or a bracketed IPv6 address, with a port. */
const WITH_PORT = /^(?:(\d+\.\d+\.\d+\.\d+)|\[([^\]]+)\])(?::\d{1,5})?$/;

/**
 * Reads a client's address as proxies write it: white space, a port and brackets do not count, and it is
 * given in its {@link canonicalAddress canonical form}. Of a
 * chain (`X-Forwarded-For`), in which each proxy adds at the end whom it has seen, it is the rightmost
 * that is not one of the trusted proxies: those before it, a client can have written itself. Without
 * trusted proxies it is the last, which the proxy next to the application has seen.
 *
 * @returns an empty string for none; undefined for what is not an address.
 */
export function parseClientAddress(value: string, trusted: TrustedProxies = 0): string | undefined {
  if (value.trim() === '') return '';
  const chain = value.split(',').reverse();
  const at = chain.findIndex((entry, hop) => !isTrusted(trusted, parseAddress(entry), hop));
  return parseAddress(chain[at] ?? chain.at(-1) ?? '');
}

function parseAddress(text: string): string | undefined {
  const entry = text.trim();
  const [, v4, v6] = WITH_PORT.exec(entry) ?? [];
  const address = v4 ?? v6 ?? entry;
  return isIP(address) === 0 ? undefined : canonicalAddress(address);
}
