import { AccountError } from '../errors/AccountError.js';
import { parseClientAddress } from './parseClientAddress.js';
import { parseTrustedProxies } from './trustedProxies.js';

const CLIENT = '198.51.100.5';

describe('parseClientAddress', () => {
  it.each<[string, unknown, string]>([
    [CLIENT, undefined, CLIENT],
    [`192.0.2.1, ${CLIENT}`, undefined, CLIENT],
    [`192.0.2.1, ${CLIENT}, 10.0.0.7`, undefined, '10.0.0.7'],
    [`192.0.2.1, ${CLIENT}, 10.0.0.7`, ['10.0.0.0/8'], CLIENT],
    [`192.0.2.1, ${CLIENT}, 10.0.0.7, 10.9.9.9`, ['10.0.0.0/8'], CLIENT],
    [`10.0.0.1, ${CLIENT}, 10.0.0.7`, ['10.0.0.0/8'], CLIENT],
    [`10.0.0.1,${CLIENT}:4711,[2001:db8::7]:443`, ['2001:db8::7'], CLIENT],
    [`${CLIENT}, 2001:db8:1::1`, ['2001:db8::/32'], CLIENT],
    [`${CLIENT}, ::ffff:10.0.0.7`, ['10.0.0.0/8'], CLIENT],
    [`${CLIENT}, 10.0.0.7`, ['10.0.0.7'], CLIENT],
    [`${CLIENT}, 10.0.0.7`, ['::ffff:10.0.0.7'], CLIENT],
    [`${CLIENT}, fe80::1%eth0`, ['fe80::/10'], CLIENT],
    [`${CLIENT}, 2001:DB8:0::7`, ['2001:db8::7'], CLIENT],
    [`${CLIENT}, 10.0.0.7`, ['10.1.2.3/8'], CLIENT],
    [`${CLIENT}, 10.0.0.7`, ['::ffff:10.0.0.0/104'], CLIENT],
    [`${CLIENT}, ::ffff:10.0.0.7`, ['::ffff:10.0.0.0/104'], CLIENT],
    [`${CLIENT}, ::ffff:11.0.0.7`, ['::ffff:10.0.0.0/104'], '11.0.0.7'],
    [`::ffff:${CLIENT}`, undefined, CLIENT],
    [`[::FFFF:c633:6405]:443`, undefined, CLIENT],
    ['0:0:0:0:0:ffff:198.51.100.5', undefined, CLIENT],
    ['2001:DB8:0:0:1::7', undefined, '2001:db8::1:0:0:7'],
    ['fe80::1%eth0', undefined, 'fe80::1'],
    [`${'0000:'.repeat(5)}ffff:${CLIENT}%interface0`, undefined, CLIENT],
    ['::', undefined, '::'],
    ['::198.51.100.5', undefined, '::198.51.100.5'],
    [`${CLIENT}, 2001:db8::7`, ['0.0.0.0/0'], '2001:db8::7'],
    [`${CLIENT}, 10.0.0.8`, ['10.0.0.7'], '10.0.0.8'],
    ['10.0.0.1, 10.0.0.7', ['10.0.0.0/8'], '10.0.0.1'],
    [`192.0.2.1, ${CLIENT}, 10.0.0.7`, 1, CLIENT],
    [`192.0.2.1, ${CLIENT}, 10.0.0.7, 10.0.0.8`, 2, CLIENT],
    [`192.0.2.1, ${CLIENT}`, 0, CLIENT],
    [CLIENT, 3, CLIENT],
    [`nonsense, ${CLIENT}, 10.0.0.7`, ['10.0.0.0/8'], CLIENT],
    ['', ['10.0.0.0/8'], ''],
    [' ', 1, ''],
  ])('of %j, behind %j, gives %s', (chain, trustedProxies, address) => {
    expect(parseClientAddress(chain, parseTrustedProxies(trustedProxies))).toBe(address);
  });

  it.each<[string, unknown]>([
    ['somewhere', undefined],
    [`${CLIENT}, unknown, 10.0.0.7`, ['10.0.0.0/8']],
    [`${CLIENT}, 10.0.0.7, unknown`, ['10.0.0.0/8']],
    ['unknown, 10.0.0.7', 1],
    [`${CLIENT},`, undefined],
    ['10.1', undefined],
    ['010.1.1.1', undefined],
  ])('of %j, behind %j, gives nothing, as it is not an address', (chain, trustedProxies) => {
    expect(parseClientAddress(chain, parseTrustedProxies(trustedProxies))).toBeUndefined();
  });
});

describe('parseTrustedProxies', () => {
  it.each<[unknown, string]>([
    [-1, 'trustedProxies'],
    [1.5, 'trustedProxies'],
    [NaN, 'trustedProxies'],
    [101, 'trustedProxies'],
    [true, 'trustedProxies'],
    ['10.0.0.0/8', 'trustedProxies'],
    [null, 'trustedProxies'],
    [['10.0.0.0/8', 'loopback'], 'trustedProxies.1'],
    [['10.0.0.0/33'], 'trustedProxies.0'],
    [['10.1'], 'trustedProxies.0'],
    [['10.0.0.0/'], 'trustedProxies.0'],
    [['10.0.0.0/-1'], 'trustedProxies.0'],
    [['10.0.0.0/8/8'], 'trustedProxies.0'],
    [['2001:db8::/129'], 'trustedProxies.0'],
    [['fe80::1%eth0'], 'trustedProxies.0'],
    [[''], 'trustedProxies.0'],
    [[7], 'trustedProxies.0'],
  ])('refuses %j with the path %s', (value, path) => {
    try {
      parseTrustedProxies(value);
    } catch (error) {
      if (!AccountError.is(error)) throw error;
      expect(error).toMatchObject({ code: 'InvalidConfiguration', details: { path } });
      return;
    }
    throw new Error('expected a refusal');
  });
});
