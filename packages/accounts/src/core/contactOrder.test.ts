import type { Account } from './Account.js';
import { nextContact } from './contactOrder.js';

const EARLY = '01BX5ZZKBK0000000000000001';
const LATE = '01BX5ZZKBM0000000000000001';
const NONE = { accessTypes: [], _lapsed: [], tokens: [] };

describe('nextContact', () => {
  const next = (account: object, marks = {}): string =>
    nextContact(
      { newUlid: () => EARLY },
      { account: { ...NONE, ...account } as unknown as Account, marks },
    );

  it('is the new ulid where nothing is later', () => {
    expect(next({ accessTypes: [{ ulid: EARLY.replace(/1$/, '0') }] })).toBe(EARLY);
  });

  it.each([
    ['a contact', { accessTypes: [{ ulid: LATE }] }, {}],
    ['a lapsed contact', { _lapsed: [{ ulid: LATE }] }, {}],
    [
      'a replacement that can be undone',
      { tokens: [{ kind: 'contact_recovery', meta: { replacedBy: LATE } }] },
      {},
    ],
    ['the mark of what is pending', {}, { pendingVoidBefore: LATE }],
    ['the mark of a take-over', {}, { contactsVoidBefore: LATE }],
  ])('comes after %s, whatever the clock says', (_name, account, marks) => {
    expect(next(account, marks) > LATE).toBe(true);
  });
});
