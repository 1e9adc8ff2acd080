import { sampleOf } from '../../../entity/test/support/sampleOf.js';
import { createOwners, type Owners } from '../contacts/owners.js';
import { codeOf } from '../support/errorOf.js';
import { SECRET } from '../support/testAccounts.js';
import { IDENTIFIER_CALLS, type IdentifierKind, type Person } from './identifierCalls.js';

/** The ways to type an identifier that are all the same one. */
const FORMS: Readonly<Record<IdentifierKind, readonly ((value: string) => string)[]>> = {
  email: [(value) => `${value} `, (value) => ` \t${value}`, (value) => value.toUpperCase()],
  username: [(value) => `${value} `, (value) => ` \t${value}`, (value) => value.toUpperCase()],
  phone: [
    (value) => `${value} `,
    (value) => value.replace('+49', '+49 '),
    (value) => value.replace('+4930', '+49-(30)-'),
  ],
};

const calls = Object.entries(IDENTIFIER_CALLS).flatMap(([name, rows]) =>
  rows.flatMap(({ property, kinds, call }) =>
    kinds.map((kind) => ({ title: `${name} (${property}, of kind ${kind})`, kind, call })),
  ),
);

describe('an identifier, however it is typed', () => {
  let test: Owners;
  let count = 0;
  beforeAll(async () => {
    test = await createOwners({
      sessions: { getTokenSecret: () => SECRET },
      throttling: { address: false, messages: false },
    });
  });
  afterAll(() => test.drop());

  const newPerson = async (kind: IdentifierKind): Promise<Person> => {
    const owner = await test.signUp();
    if (kind !== 'phone') return { ...owner, phone: 'none' };
    const { accountId } = owner;
    const phone = `+4930${String(1_000_000 + count++)}`;
    const { token: code = '' } = await test.accounts.contacts.addPhone({ accountId, phone });
    await test.accounts.contacts.verifyPhone({ accountId, phone, code });
    test.sent();
    return { ...owner, phone };
  };

  it.each(sampleOf(calls, 3))(
    '$title gives the same result for every spelling of an identifier',
    async ({ kind, call }) => {
      const outcomes: unknown[] = [];
      for (const typed of [(value: string) => value, ...FORMS[kind]]) {
        const person = await newPerson(kind);
        const { email, phone, username, accountId } = person;
        const value = { email, phone, username }[kind];
        let shown: unknown;
        const code = await codeOf(
          call(test, person, typed(value)).then((result) => {
            shown = result;
          }),
        );
        // Of somebody else each time: their own values are named.
        const text = JSON.stringify({ code, shown: shown ?? null }, (_, each: unknown) =>
          each === accountId ? 'their id' : each,
        );
        outcomes.push(
          text
            .replaceAll(email, 'their address')
            .replaceAll(phone, 'their number')
            .replaceAll(username, 'their name'),
        );
      }
      expect(new Set(outcomes).size).toBe(1);
      expect(outcomes[0]).not.toContain('InvalidInput');
    },
  );
});
