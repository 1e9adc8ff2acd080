import ipaddr from 'ipaddr.js';
import { invalidOption } from '../errors/invalidOption.js';

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** The proxies in front of the application: how many, or the networks that they are in. */
export type TrustedProxies = number | readonly Network[];

const MAX_HOPS = 100;

/**
 * Reads the option `trustedProxies`.
 *
 * @throws AccountError `InvalidConfiguration` with the path of what is not a number of proxies, an
 *   address or a network.
 */
export function parseTrustedProxies(value: unknown = []): TrustedProxies {
  const path = 'trustedProxies';
  if (typeof value === 'number') {
    if (Number.isInteger(value) && value >= 0 && value <= MAX_HOPS) return value;
    throw invalidOption(path, `It must be a whole number from 0 to ${String(MAX_HOPS)}.`);
  }
  if (!Array.isArray(value)) {
    throw invalidOption(
      path,
      'It must be the number of proxies, or a list of IP addresses and networks.',
    );
  }
  return value.map((entry: unknown, at) => parseNetwork(entry, `${path}.${String(at)}`));
}

/**
 * Tells whether an address in a chain is that of a trusted proxy.
 *
 * @param address - undefined for what is not an address.
 * @param hop - how far from the chain's end it is, from 0.
 */
export function isTrusted(
  trusted: TrustedProxies,
  address: string | undefined,
  hop: number,
): boolean {
  if (typeof trusted === 'number') return hop < trusted;
  if (address === undefined) return false;
  const parsed = ipaddr.process(address);
  return trusted.some(
    ([network, bits]) => network.kind() === parsed.kind() && parsed.match(network, bits),
  );
}

function parseNetwork(entry: unknown, path: string): Network {
  const reason = 'It must be an IP address, or a network such as 10.0.0.0/8.';
  if (typeof entry !== 'string') throw invalidOption(path, reason);
  try {
    if (entry.includes('/')) return ipaddr.parseCIDR(entry);
    // Not `10.1`, which means 10.0.0.1 to some: as in a request.
    if (!entry.includes(':') && !ipaddr.IPv4.isValidFourPartDecimal(entry)) throw new Error(reason);
    const address = ipaddr.process(entry);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  } catch {
    throw invalidOption(path, reason);
  }
}
