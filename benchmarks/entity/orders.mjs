// The documents: 13 attributes, among them a nested map, a list of 3 and 2 dates.
const ACCOUNT_ID = '01J9ZQ3V5R8M2K7D4C6B1A0XYZ';

export const ORDERS = Array.from({ length: 25 }, (_, at) => ({
  accountId: ACCOUNT_ID,
  orderId: `01J9ZQ3V5R8M2K7D4C6B1A0${String(at).padStart(3, '0')}`,
  customer: 'Ada Lovelace',
  email: 'ada@example.com',
  status: 'paid',
  currency: 'EUR',
  quantity: 3 + at,
  total: 129.95,
  isGift: false,
  address: {
    street: '12 St James’s Square',
    city: 'London',
    zip: 'SW1Y 4JH',
    position: { latitude: 51.507351, longitude: -0.135662 },
  },
  tags: ['books', 'engines', 'priority'],
  placedAt: new Date('2026-11-02T09:15:30.000Z'),
  dueAt: new Date('2026-11-16T09:15:30.000Z'),
}));

/** Of the first document. */
export const KEY = { accountId: ORDERS[0].accountId, orderId: ORDERS[0].orderId };

/** Two fields of which no key is made. */
export const CHANGES = { currency: 'GBP', quantity: 42 };

export const FIELDS = Object.keys(ORDERS[0]);
