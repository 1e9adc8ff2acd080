import { clientNetwork } from './throttlePolicy.js';

describe('clientNetwork', () => {
  it.each([
    ['an IPv4 address by itself', '192.0.2.7', '192.0.2.7'],
    ['an IPv4 address in an IPv6 one', '::ffff:192.0.2.7', '192.0.2.7'],
    ['an IPv6 address by its /64', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['another of the same network', '2001:DB8:1:2:ffff::', '2001:db8:1:2::/64'],
    ['one with a zone', 'fe80::1%eth0', 'fe80::/64'],
    ['the loopback', '::1', '::/64'],
    ['what is no address as it is', 'unix:/run/app.sock', 'unix:/run/app.sock'],
  ])('counts %s (CVE-2026-45364)', (_name, address, network) => {
    expect(clientNetwork(address)).toBe(network);
  });

  it('keeps neighbouring networks apart', () => {
    expect(clientNetwork('2001:db8:1:2::1')).not.toBe(clientNetwork('2001:db8:1:3::1'));
  });
});
