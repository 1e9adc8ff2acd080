import { AccessType, AccountAttempts, AccountToken } from '@latchkey/schema';

/** The texts, as far as the tests need them; their module has the types of browsers. */
const { texts } = jest.requireActual<{
  readonly texts: {
    readonly contacts: { readonly kinds: object };
    readonly tokens: { readonly kinds: object };
    readonly login: { readonly authenticators: object };
  };
}>('../../pages/console/texts.js');

const optionsOf = (schema: { readonly options: readonly unknown[] }): string[] =>
  schema.options.map(String);

describe('the texts of the console', () => {
  it('name every kind of contact', () => {
    const kinds = AccessType.schema.shape.data.options.map(({ shape }) => shape.kind.value);
    expect(kinds.filter((kind) => !(kind in texts.contacts.kinds))).toEqual([]);
  });

  it('name every kind of token that can be pending', () => {
    const kinds = optionsOf(AccountToken.schema.shape.kind).filter((kind) => kind !== 'password');
    expect(kinds.length).toBeGreaterThan(5);
    expect(kinds.filter((kind) => !(kind in texts.tokens.kinds))).toEqual([]);
  });

  it('name every count of attempts', () => {
    const counts = optionsOf(AccountAttempts.schema.shape.authenticator);
    expect(counts.length).toBeGreaterThan(5);
    expect(counts.filter((count) => !(count in texts.login.authenticators))).toEqual([]);
  });
});
