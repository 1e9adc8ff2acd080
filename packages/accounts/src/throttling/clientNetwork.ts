import ipaddr from 'ipaddr.js';

const IPV6_CLIENT_PREFIX = 64;

/**
 * Key by which attempts from a client address are counted: an IPv4 address, or the /64 network of
 * an IPv6 address, since one client has all of that network (CVE-2026-45364). An address in another
 * form counts as it is.
 *
 * `2001:DB8:0:0:1::7` gives `2001:db8::/64`, `::ffff:192.0.2.7` gives `192.0.2.7`.
 */
export function clientNetwork(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  const bytes = parsed.toByteArray().fill(0, IPV6_CLIENT_PREFIX / 8);
  return `${ipaddr.fromByteArray(bytes).toString()}/${String(IPV6_CLIENT_PREFIX)}`;
}
