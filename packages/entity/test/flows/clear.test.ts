import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  clearTable,
  isTableEmpty,
  Table,
  type ClearProgress,
  type CommandEvent,
} from '@latchkey/entity';
import {
  createTestTable,
  localClient,
  type TestTable,
  injectFaults,
  type Fault,
  type FaultInjector,
} from '@latchkey/entity/testing';
import { Note, User } from '../support/entities.js';
import { errorOf } from '../support/errorOf.js';
import { tableItems } from '../support/tableItems.js';

const REQUESTS = [
  ['Scan', 1],
  ['BatchWriteItem', 1],
  ['BatchWriteItem', 2],
  ['BatchWriteItem', 3],
] as const;

/** Kills the process at the nth request of an operation. */
function crashAt(faults: FaultInjector, operation: string, nth: number, fault: Fault): void {
  let requests = 0;
  faults.choose((attempt) =>
    attempt.operation === operation && ++requests === nth ? fault : undefined,
  );
}

describe('clearTable', () => {
  const client = localClient();
  let test: TestTable;
  let table: Table;
  const items = () => tableItems(client, table.name);
  const fill = async (of: Table, howMany: number): Promise<void> => {
    for (let at = 0; at < howMany; at++) {
      const userId = `user${String(at)}`;
      await of.entity(User).createOne({ item: { userId, email: `${userId}@x` } });
    }
  };

  beforeEach(async () => {
    test = await createTestTable([User, Note]);
    table = test.table;
  });
  afterEach(() => test.drop());
  afterAll(() => client.destroy());

  it('deletes every document but those to be kept, leaves other programs alone, and tells how far it is', async () => {
    await fill(table, 30);
    await fill(table.namespace('a'), 5);
    await table.entity(Note).createOne({ item: { owner: 'o', title: 'kept' } });
    await client.send(
      new PutItemCommand({
        TableName: table.name,
        Item: { PK: { S: 'of another program' }, SK: { S: 'x' } },
      }),
    );
    const seen: number[] = [];
    const keep = [table.entity(Note).reference({ owner: 'o', title: 'kept' })];
    const onProgress = async ({ deletedCount }: { deletedCount: number }): Promise<void> => {
      // Never ahead of the table, which is waited for.
      expect(await items()).toHaveLength(72 - deletedCount);
      seen.push(deletedCount);
    };
    expect(await clearTable(table, { keep, onProgress })).toEqual({ deletedCount: 70 });
    expect(seen).toEqual([25, 50, 70]);
    const left = (await items()).map(({ PK }) => PK?.S).sort();
    expect(left).toEqual(['note#o', 'of another program']);
    expect(await clearTable(table)).toEqual({ deletedCount: 1 });
    expect(await clearTable(table, { onProgress })).toEqual({ deletedCount: 0 });
    // Values that were unique are free.
    await fill(table, 1);
  });

  it('of a namespace, deletes what is in it and in those within, and nothing else', async () => {
    const [a, ab, inner] = [
      table.namespace('a'),
      table.namespace('ab'),
      table.namespace('a').namespace('a'),
    ];
    for (const each of [table, a, ab, inner]) await fill(each, 2);
    expect(await clearTable(a)).toEqual({ deletedCount: 8 });
    const left = (await items()).map(({ PK }) => PK?.S?.split('#')[0]);
    expect(left.filter((head) => head === '@ab')).toHaveLength(4);
    expect(left).toHaveLength(8);
  });

  it('goes on page by page', async () => {
    const text = 'x'.repeat(300_000);
    for (let at = 0; at < 8; at++) {
      await table.entity(Note).createOne({ item: { owner: `o${String(at)}`, title: 't', text } });
    }
    const commands: string[] = [];
    const onCommand = ({ command }: CommandEvent): void => void commands.push(command);
    const watched = new Table({ name: table.name, client, onCommand });
    expect(await clearTable(watched)).toEqual({ deletedCount: 8 });
    expect(commands.filter((command) => command === 'Scan').length).toBeGreaterThan(1);
    expect(await items()).toEqual([]);
  });

  it('can be made again after a fault at any of its requests', async () => {
    for (const crash of ['crashBefore', 'crashAfter'] as const) {
      for (const [command, nth] of REQUESTS) {
        await fill(table, 30);
        const own = localClient();
        const faulty = new Table({ name: table.name, client: own });
        const faults = injectFaults(own);
        crashAt(faults, command, nth, crash);
        let told = 0;
        const onProgress = ({ deletedCount }: ClearProgress): void => void (told = deletedCount);
        expect((await errorOf(clearTable(faulty, { onProgress }))).code).toBe('RequestFailed');
        faults.reset();
        // What it told is true, though more may be gone.
        const left = (await items()).length;
        expect(left).toBeLessThanOrEqual(60 - told);
        expect(await clearTable(faulty)).toEqual({ deletedCount: left });
        expect(await items()).toEqual([]);
        own.destroy();
      }
    }
  });

  it('asks again for what DynamoDB has left undone, and ends where a listener throws', async () => {
    await fill(table, 30);
    const own = localClient();
    const throttling = injectFaults(own).on('BatchWriteItem', 'throttling');
    const stop = new Error('enough');
    const stopped = clearTable(new Table({ name: table.name, client: own }), {
      onProgress: () => Promise.reject(stop),
    });
    await expect(stopped).rejects.toBe(stop);
    expect(throttling.attempts).toBe(2);
    expect(await items()).toHaveLength(35);
    own.destroy();
  });

  it('isTableEmpty looks into every namespace', async () => {
    expect(await isTableEmpty(table)).toBe(true);
    expect(await isTableEmpty(table.namespace('a'))).toBe(true);
    await fill(table.namespace('b'), 1);
    expect(await isTableEmpty(table)).toBe(false);
    expect(await isTableEmpty(table.namespace('a'))).toBe(false);
    await clearTable(table);
    expect(await isTableEmpty(table)).toBe(true);
  });
});
