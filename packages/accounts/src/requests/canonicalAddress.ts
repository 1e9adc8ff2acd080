import { isIPv4, isIPv6, SocketAddress } from 'node:net';

const IPV4_MAPPED = /^::ffff:([\d.]+)$/;

/**
 * Writes an IP address in the one form in which it is stored and counted: an IPv4 address in an IPv6 one
 * (RFC 4291 §2.5.5.2) by itself, any other IPv6 address as in RFC 5952, without its zone.
 *
 * `::FFFF:c000:207` gives `192.0.2.7`, `2001:DB8:0:0:1::7` gives `2001:db8::1:0:0:7`.
 *
 * @param address - An address for which `isIP` is not 0.
 */
export function canonicalAddress(address: string): string {
  if (isIPv4(address)) return address;
  // A zone is a name at the host that has it, and not part of a network: `%eth0`. Node.js would drop
  // it, but refuses a long address that has one.
  const [zoneless = ''] = address.split('%', 1);
  const canonical = toSocketAddress(zoneless).address;
  return IPV4_MAPPED.exec(canonical)?.[1] ?? canonical;
}

/** @param address - An address without a zone. */
export function toSocketAddress(address: string): SocketAddress {
  return new SocketAddress({ address, family: isIPv6(address) ? 'ipv6' : 'ipv4' });
}
