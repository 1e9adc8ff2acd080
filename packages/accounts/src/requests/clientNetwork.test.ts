import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { isIPv6 } from 'node:net';
import { clientNetwork } from './clientNetwork.js';

/** Deprecated (RFC 4291 §2.5.5.1); ipaddr.js takes it for an IPv4 address, but not in hexadecimal. */
const IPV4_COMPATIBLE = /^::\d+\.\d+\.\d+\.\d+$/;

describe('clientNetwork', () => {
  it.each([
    ['an IPv4 address by itself', '192.0.2.7', '192.0.2.7'],
    ['an IPv4 address in an IPv6 one', '::ffff:192.0.2.7', '192.0.2.7'],
    ['an IPv4 address in an IPv6 one, in hexadecimal', '0:0::FFFF:c000:0207', '192.0.2.7'],
    ['an IPv6 address by its /64', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['another of the same network', '2001:DB8:1:2:ffff::', '2001:db8:1:2::/64'],
    ['one with leading zeros', '2001:0db8:0001:0000:0003::', '2001:db8:1::/64'],
    ['one whose network begins with zeros', '0:0:0:5::', '0:0:0:5::/64'],
    ['one that ends as an IPv4 address', '64:ff9b::192.0.2.33', '64:ff9b::/64'],
    ['one with a zone', 'fe80::1%eth0', 'fe80::/64'],
    ['one with a zone of several words', 'fe80::1%eth0.100', 'fe80::/64'],
    ['the longest', `${'0000:'.repeat(5)}ffff:255.255.255.255%interface0`, '255.255.255.255'],
    ['the loopback', '::1', '::/64'],
    ['an IPv4-compatible address', '::192.0.2.7', '::/64'],
    ['the same in hexadecimal', '::c000:207', '::/64'],
    ['what is no address as it is', 'unix:/run/app.sock', 'unix:/run/app.sock'],
  ])('CVE-2026-45364: counts %s', (_name, address, network) => {
    expect(clientNetwork(address)).toBe(network);
  });

  it('keeps neighbouring networks apart', () => {
    expect(clientNetwork('2001:db8:1:2::1')).not.toBe(clientNetwork('2001:db8:1:3::1'));
  });

  it('counts every address by the network that ipaddr.js puts it in', () => {
    const addresses = fc
      .oneof(fc.ipV4(), fc.ipV6(), sparseIpV6())
      .filter((address) => !IPV4_COMPATIBLE.test(address));
    fc.assert(
      fc.property(addresses, fc.boolean(), (address, zoned) => {
        const given = zoned && isIPv6(address) ? `${address}%eth0` : address;
        expect(clientNetwork(given)).toBe(networkByReference(given));
      }),
      { numRuns: 2000 },
    );
  });
});

/** IPv6 addresses as people write them: many zeros, `::`, leading zeros, an IPv4 address at the end. */
function sparseIpV6(): fc.Arbitrary<string> {
  const group = fc.constantFrom('0', '0000', 'ffff', 'FFFF', '1', '00ab', 'c000');
  const groups = fc.array(group, { maxLength: 8 });
  const end = fc.oneof(
    groups,
    fc.tuple(groups, fc.ipV4()).map(([before, ipv4]) => [...before, ipv4]),
  );
  return fc
    .oneof(
      fc.tuple(groups, end).map(([head, tail]) => `${head.join(':')}::${tail.join(':')}`),
      end.map((all) => all.join(':')),
    )
    .filter((address) => isIPv6(address));
}

function networkByReference(address: string): string {
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  return `${ipaddr.fromByteArray(parsed.toByteArray().fill(0, 8)).toString()}/64`;
}
