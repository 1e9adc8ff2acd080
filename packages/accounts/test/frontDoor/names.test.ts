import { codeOf, errorOf } from '../support/errorOf.js';
import { everythingShown } from '../support/everythingShown.js';
import { requestWith } from '../support/testAccounts.js';
import { FRONT_DOOR_NAMES } from './names/frontDoorNames.js';
import { otherRows } from './names/otherRows.js';
import type { Row, Side } from './names/Row.js';
import { sessionRows } from './names/sessionRows.js';
import { signInRows } from './names/signInRows.js';
import { signUpRows } from './names/signUpRows.js';
import { World, type Person } from './names/World.js';

const rows: readonly Row[] = [...signUpRows, ...signInRows, ...sessionRows, ...otherRows];

const NOBODY: Person = { request: requestWith(), token: '', email: '', accountId: '' };

describe('what the front door says by name', () => {
  let shared: World;
  beforeAll(async () => {
    shared = await World.open();
  });
  afterAll(() => shared.close());

  it('has a row for every name of the issue, and no other', () => {
    expect([...new Set(rows.map(({ name }) => name))].sort()).toEqual([...FRONT_DOOR_NAMES].sort());
  });

  it.each(rows.map((row) => [row.name, row.about, row] as const))(
    '%s (%s): not just inside, but just outside, where nothing is written',
    async (_name, _about, row) => {
      const world = row.options ? await World.open(row.options) : shared;
      try {
        await checkBothSides(world, row);
      } finally {
        if (world !== shared) await world.close();
      }
    },
  );
});

async function checkBothSides(world: World, row: Row): Promise<void> {
  const { name, setUp, inside, insideCode = 'none', outside, leavesCount } = row;
  const { details = {}, status = 400 } = row;
  const person = (await setUp?.(world)) ?? NOBODY;
  // Some sides throw at once.
  const call = (side: Side): Promise<unknown> => Promise.resolve().then(() => side(world, person));
  expect(await codeOf(call(inside))).toBe(insideCode);
  await world.mailbox.take();
  const before = await world.items();
  const error = await errorOf(call(outside));
  expect(error).toMatchObject({ code: name, status });
  expect(error.details).toEqual(details);
  expect(everythingShown(error)).not.toContain('canary');
  if (leavesCount) expect(await world.items()).not.toEqual(before);
  else expect(await world.items()).toEqual(before);
  expect(await world.mailbox.take()).toEqual([]);
}
