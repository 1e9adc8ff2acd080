import { isIPv6 } from 'node:net';
import { canonicalAddress } from './canonicalAddress.js';

const IPV6_GROUPS = 8;
/** Groups of 16 bits in the /64 network of an IPv6 address. */
const NETWORK_GROUPS = 4;

/**
 * Key by which attempts from a client address are counted: an IPv4 address, or the /64 network of
 * an IPv6 address, since one client has all of that network (CVE-2026-45364). An address in another
 * form counts as it is.
 *
 * `2001:DB8:0:0:1::7` gives `2001:db8::/64`, `::ffff:192.0.2.7` gives `192.0.2.7`.
 */
export function clientNetwork(address: string): string {
  if (!isIPv6(address)) return address;
  const canonical = canonicalAddress(address);
  return isIPv6(canonical) ? `${networkOf(canonical)}::/64` : canonical;
}

/** The first four groups of a canonical IPv6 address, without zeros at their end (RFC 5952). */
function networkOf(canonical: string): string {
  const [head = [], tail = []] = canonical.split('::').map(groupsOf);
  const zeros = Array<string>(IPV6_GROUPS - head.length - tail.length).fill('0');
  const network = [...head, ...zeros, ...tail].slice(0, NETWORK_GROUPS);
  const lastNonZero = network.findLastIndex((group) => group !== '0');
  return network.slice(0, lastNonZero + 1).join(':');
}

function groupsOf(part: string): string[] {
  return part === '' ? [] : part.split(':');
}
