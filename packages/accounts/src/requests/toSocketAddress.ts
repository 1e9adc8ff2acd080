import { isIPv6, SocketAddress } from 'node:net';

/** A zone is a name at the host that has it, and not part of a network: `%eth0`. */
const ZONE = /%.*$/;

/**
 * Reads an IP address into its canonical form, without its zone.
 *
 * @param address - An address for which `isIP` is not 0.
 */
export function toSocketAddress(address: string): SocketAddress {
  // Node.js would drop the zone itself, but refuses a long address that has one.
  const withoutZone = address.replace(ZONE, '');
  return new SocketAddress({
    address: withoutZone,
    family: isIPv6(withoutZone) ? 'ipv6' : 'ipv4',
  });
}
