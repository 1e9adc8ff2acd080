import { AddressAttempts } from '@latchkey/schema';
import { sampleOf } from '../../../entity/test/support/sampleOf.js';
import { codeOf, errorOf } from '../support/errorOf.js';
import { everythingShown } from '../support/everythingShown.js';
import { requestWith } from '../support/testAccounts.js';
import { SELF_SERVICE_CODES } from './names/selfServiceCodes.js';
import { otherRows } from './names/otherRows.js';
import type { Row, Side } from './names/Row.js';
import { sessionRows } from './names/sessionRows.js';
import { signInRows } from './names/signInRows.js';
import { signUpRows } from './names/signUpRows.js';
import { World, type Person } from './names/World.js';

const rows: readonly Row[] = [...signUpRows, ...signInRows, ...sessionRows, ...otherRows];

const NOBODY: Person = { request: requestWith(), token: '', email: '', accountId: '' };

describe('the codes of SelfService', () => {
  let shared: World;
  beforeAll(async () => {
    shared = await World.open();
  });
  afterAll(() => shared.close());

  it('has a row for every name of the issue, and no other', () => {
    expect([...new Set(rows.map(({ name }) => name))].sort()).toEqual(
      [...SELF_SERVICE_CODES].sort(),
    );
  });

  it.each(sampleOf(rows, 4).map((row) => [row.name, row.about, row] as const))(
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
  const { name, setUp, inside, insideCode = 'none', outside, leavesCount, countsNetwork } = row;
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
  const after = await world.items();
  if (leavesCount) expect(after).not.toEqual(before);
  else expect(after.filter(isNotNetwork)).toEqual(before.filter(isNotNetwork));
  if (!leavesCount && !countsNetwork) expect(after).toEqual(before);
  // Exactly once, and nothing else about the network has changed.
  if (countsNetwork) expect(attemptsOf(after)).toBe(attemptsOf(before) + 1);
  expect(await world.mailbox.take()).toEqual([]);
}

type Item = Awaited<ReturnType<World['items']>>[number];

function isNotNetwork(item: Item): boolean {
  return item._e?.S !== AddressAttempts.name;
}

/** How many attempts are counted by network, in all windows of time. */
function attemptsOf(items: readonly Item[]): number {
  const counts = items.filter((item) => !isNotNetwork(item));
  return counts.reduce((sum, { attempts }) => sum + Number(attempts?.N), 0);
}
