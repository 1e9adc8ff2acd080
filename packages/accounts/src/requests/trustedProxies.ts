import { BlockList, isIP } from 'node:net';
import { invalidOption } from '../errors/invalidOption.js';
import { toSocketAddress } from './canonicalAddress.js';

/** The proxies in front of the application: how many, or the networks that they are in. */
export type TrustedProxies = number | BlockList;

const MAX_HOPS = 100;
/** An address, and how many bits of it name a network. */
const NETWORK = /^([^/%]+)(?:\/(\d{1,3}))?$/;
const BITS = { ipv4: 32, ipv6: 128 };

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
  // Not to be asked of every request: nothing is in an empty list.
  if (value.length === 0) return 0;
  const networks = new BlockList();
  value.forEach((entry: unknown, at) => {
    addNetwork(networks, entry, `${path}.${String(at)}`);
  });
  return networks;
}

/**
 * Tells whether an address in a chain is that of a trusted proxy.
 *
 * @param address - in its canonical form; undefined for what is not an address.
 * @param hop - how far from the chain's end it is, from 0.
 */
export function isTrusted(
  trusted: TrustedProxies,
  address: string | undefined,
  hop: number,
): boolean {
  if (typeof trusted === 'number') return hop < trusted;
  if (address === undefined) return false;
  return trusted.check(toSocketAddress(address));
}

function addNetwork(networks: BlockList, entry: unknown, path: string): void {
  const reason = 'It must be an IP address, or a network such as 10.0.0.0/8.';
  const [, address = '', prefix] = NETWORK.exec(typeof entry === 'string' ? entry : '') ?? [];
  if (isIP(address) === 0) throw invalidOption(path, reason);
  const network = toSocketAddress(address);
  const maxBits = BITS[network.family];
  const bits = prefix === undefined ? maxBits : Number(prefix);
  if (bits > maxBits) throw invalidOption(path, reason);
  networks.addSubnet(network, bits);
}
