import { uniqueTableName } from './uniqueTableName.js';

const VALID = /^[a-zA-Z0-9_.-]{3,255}$/;

test('Two names from one prefix differ, and begin with it', () => {
  const [one, other] = [uniqueTableName('orders'), uniqueTableName('orders')];
  expect(one).toMatch(/^orders-[0-9a-f]{16}$/);
  expect(one).not.toBe(other);
});

test('Without a prefix the name begins with test', () => {
  expect(uniqueTableName()).toMatch(/^test-[0-9a-f]{16}$/);
});

test.each(['', 'a b/c', 'Grüße 👋', 'x'.repeat(300)])(
  'The prefix %j gives a valid name',
  (prefix) => {
    expect(uniqueTableName(prefix)).toMatch(VALID);
  },
);
