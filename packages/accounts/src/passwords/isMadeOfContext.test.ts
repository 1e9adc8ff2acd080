import { isMadeOfContext } from './isMadeOfContext.js';

describe('isMadeOfContext', () => {
  it.each([
    ['the username', 'adalovelace', 'adalovelace'],
    ['the username in another case', 'adalovelace', 'AdaLOVElace'],
    ['the username twice', 'adal', 'adaladal'],
    ['exactly half of it', 'adal', 'adal9f4k'],
    ['the username and a year', 'adalovelace', 'adalovelace2026!'],
    ['its parts, without the dot', 'ada.lovelace', 'AdaLovelace99'],
    ['its parts, the other way round', 'ada.lovelace', 'lovelace-ada'],
    ['what stands before the @', 'lovelace@example.com', 'lovelace1234'],
    ['what stands before the last @', '"love@lace"@example.com', 'lovelace12'],
    ['compatibility forms', 'lovelace', '\uff4c\uff4f\uff56\uff45lace12'],
    ['composed and decomposed letters', 'caf\u00e9bar', 'Cafe\u0301BAR12'],
    ['a name of two words', 'Acme Bank', 'acmebank1234'],
    ['overlapping words', 'aba', 'ababa1234'],
    ['a name that begins with @', '@lovelace', 'lovelace1'],
  ])('ASVS 6.2.11: refuses a password made of %s', (_name, context, password) => {
    expect(isMadeOfContext(password, [undefined, context])).toBe(true);
  });

  it.each([
    ['less than half of it', 'adal', 'adal9f4kx'],
    ['a name of two letters', 'al', 'alalalal'],
    ['a part of two letters', 'al.li', 'alalalli'],
    ['the domain of the address', 'ada@example.com', 'example-com'],
    ['nothing of it', 'ada.lovelace', 'correct horse'],
    ['the empty name', '', 'correct horse'],
    ['an address without a name', '@', 'correct horse'],
  ])('accepts a password made of %s', (_name, context, password) => {
    expect(isMadeOfContext(password, [context])).toBe(false);
  });

  it('adds up different words, each place once', () => {
    expect(isMadeOfContext('ada-acme-1234', ['ada', 'acme'])).toBe(true);
    expect(isMadeOfContext('ada-acme-12345678', ['ada', 'acme'])).toBe(false);
    expect(isMadeOfContext('lovelace-12345678', ['love', 'lovelace', 'elace'])).toBe(false);
  });
});
