import ipaddr from 'ipaddr.js';

/** An IPv4 address or a bracketed IPv6 address, with a port. */
const WITH_PORT = /^(?:(\d+\.\d+\.\d+\.\d+)|\[([^\]]+)\])(?::\d{1,5})?$/;

/**
 * Reads a client's address as proxies write it: white space, a port and brackets do not count, and of
 * a chain (`X-Forwarded-For`) the last one does, which the proxy next to the application has seen.
 * Those before it, a client can have written itself.
 *
 * @returns an empty string for none; undefined for what is not an address.
 */
export function parseClientAddress(value: string): string | undefined {
  const last = value.slice(value.lastIndexOf(',') + 1).trim();
  if (last === '') return value.trim() === '' ? '' : undefined;
  const [, v4, v6] = WITH_PORT.exec(last) ?? [];
  const address = v4 ?? v6 ?? last;
  if (!ipaddr.isValid(address) || (v4 === undefined && !address.includes(':'))) return undefined;
  return address;
}
