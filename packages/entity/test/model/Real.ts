import {
  DeleteItemCommand,
  QueryCommand,
  type AttributeValue,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { EntityError, type Table } from '@latchkey/entity';
import { CODES, OWNER_IDS } from './anyStep.js';
import { saysResult, type Failure } from './Model.js';
import { date, plain, plainItem } from './plain.js';
import { bind, changeOf, dated, realOperation, realWrite } from './realWrite.js';
import type { Listed, Ref, Step } from './steps.js';

const DAY_SECONDS = 24 * 60 * 60;

type StepOf<D extends Step['do']> = Extract<Step, { do: D }>;
type Item = Record<string, AttributeValue>;
type Asked = { first: number; after?: string | null } | { last: number; before?: string | null };

/** The entities themselves, in a form that can be compared with the model. */
export class Real {
  readonly #bound;

  /** @param cursors - of the pages that were read last, which any client can go on from. */
  constructor(
    private readonly table: Table,
    private readonly client: DynamoDBClient,
    private readonly cursors: Map<string, string>,
  ) {
    this.#bound = bind(table);
  }

  async run(step: Step): Promise<unknown> {
    try {
      return await this.#run(step);
    } catch (error) {
      if (!EntityError.is(error)) throw error;
      const { code, operation } = error;
      if (step.do !== 'transact') return code;
      return { code, ...(operation !== undefined && { operation }) } satisfies Failure;
    }
  }

  async #run(step: Step): Promise<unknown> {
    const { owners, things, entries } = this.#bound;
    switch (step.do) {
      case 'findOwner':
        return plain((await owners.findOne({ filter: { name: step.name } })).item);
      case 'findThing':
        return plain((await things.findOne({ filter: { code: step.code } })).item);
      case 'findFamily': {
        const { ownerId, limit, descending } = step;
        const sort = orderOf(descending);
        const include = {
          things: { sort, ...(limit !== undefined && { limit }) },
          entries: true,
        } as const;
        return plain((await owners.findOne({ filter: { ownerId }, include })).item);
      }
      case 'get': {
        const refs = step.refs.map((ref) => this.#reference(ref));
        const found =
          step.how === 'batchGet'
            ? await this.table.batchGet(refs, { consistent: true })
            : await this.table.transactGet(refs);
        return found.map(plain);
      }
      case 'listThings': {
        const { ownerId, from, limit, descending } = step;
        const { items } = await things.findMany({
          filter: { ownerId, number: { $gte: from } },
          sort: orderOf(descending),
          ...(limit !== undefined && { limit }),
        });
        return items.map(plain);
      }
      case 'listState': {
        const filter = { state: step.state, size: { $lt: step.upTo } };
        const { items } = await things.findMany({ filter, sort: orderOf(step.descending) });
        return items.map(plain);
      }
      case 'listEntries': {
        const filter = { ownerId: step.ownerId, day: { $gt: date(step.after) } };
        return (await entries.findMany({ filter })).items.map(plain);
      }
      case 'countThings':
        return things.count({ filter: { ownerId: step.ownerId, size: { $lt: step.upTo } } });
      case 'pages':
        return this.#pages(step);
      case 'turnPage':
        return this.#turnPage(step);
      case 'stored':
        return (await this.#items(step.ownerId)).map(plainItem).sort();
      case 'transact': {
        const operations = step.parts.map((part) => realOperation(this.#bound, part));
        const results = await this.table.transact(operations);
        return results.map((result, at) =>
          saysResult(step.parts[at]) ? plain(result as object | null) : 'done',
        );
      }
      case 'createFamily': {
        const { ownerId, name, ...children } = step;
        const item = { ownerId, ...(name !== undefined && { name }) };
        const family = {
          ...(children.things.length > 0 && { things: children.things.map(dated) }),
          ...(children.entries.length > 0 && {
            entries: children.entries.map(({ day, ...entry }) =>
              dated({ ...entry, day: date(day) }),
            ),
          }),
        };
        return plain((await owners.createOne({ item, related: family })).item);
      }
      case 'moveOwner': {
        const { ownerId, to, related } = step;
        const update = { $set: { ownerId: to } };
        return plain((await owners.updateOne({ filter: { ownerId }, update, related })).item);
      }
      case 'deleteOwner': {
        const { ownerId, withRelated } = step;
        return (await owners.deleteOne({ filter: { ownerId }, withRelated })).deletedCount;
      }
      case 'updateThings': {
        const { ownerId, from, limit, ifState, set } = step;
        const { modifiedCount } = await things.updateMany({
          filter: { ownerId, number: { $gte: from } },
          update: changeOf(set),
          ...(ifState && { condition: { state: ifState } }),
          ...(limit !== undefined && { limit }),
        });
        return modifiedCount;
      }
      case 'updateState': {
        const { state, limit, set } = step;
        const { modifiedCount } = await things.updateMany({
          filter: { state },
          update: changeOf(set),
          ...(limit !== undefined && { limit }),
        });
        return modifiedCount;
      }
      case 'deleteThings': {
        const { ownerId, above, limit, ifState } = step;
        const { deletedCount } = await things.deleteMany({
          filter: { ownerId, number: { $gt: above } },
          ...(ifState && { condition: { state: ifState } }),
          ...(limit !== undefined && { limit }),
        });
        return deletedCount;
      }
      case 'deleteEntries': {
        const filter = { ownerId: step.ownerId, day: { $gt: date(step.above) } };
        return (await entries.deleteMany({ filter })).deletedCount;
      }
      case 'batchWrite': {
        const puts = step.puts.map(({ day, ...entry }) =>
          entries.putRequest({ item: dated({ ...entry, day: date(day) }) }),
        );
        const deletes = step.deletes.map(({ ownerId, number }) =>
          entries.deleteRequest({ ownerId, day: date(number) }),
        );
        await this.table.batchWrite([...puts, ...deletes]);
        return 'done';
      }
      case 'expire':
        return this.#expire(step.at);
      default: {
        const written = await realWrite(this.#bound, step).run();
        return plain(written as object | null);
      }
    }
  }

  #reference({ kind, ownerId, number }: Ref) {
    const { owners, things, entries } = this.#bound;
    if (kind === 'owner') return owners.reference({ ownerId });
    if (kind === 'thing') return things.reference({ ownerId, number });
    return entries.reference({ ownerId, day: date(number) });
  }

  /** Reads a list page by page, until there are no more. */
  async #pages(step: StepOf<'pages'>): Promise<unknown> {
    const { pageSize, backwards } = step;
    const found: unknown[] = [];
    let cursor: string | null = null;
    for (;;) {
      const asked: Asked = backwards
        ? { last: pageSize, before: cursor }
        : { first: pageSize, after: cursor };
      const { edges, pageInfo } = await this.#page(step, asked);
      const { hasNextPage, hasPreviousPage } = pageInfo;
      found.push({ items: edges.map(({ node }) => plain(node)), hasNextPage, hasPreviousPage });
      cursor = backwards ? pageInfo.startCursor : pageInfo.endCursor;
      if (!(backwards ? hasPreviousPage : hasNextPage) || found.length > 50) return found;
    }
  }

  async #page(list: Listed & { descending: boolean }, asked: Asked) {
    const { owners, things, entries } = this.#bound;
    const how = { sort: orderOf(list.descending), ...asked };
    switch (list.of) {
      case 'names': {
        const filter = { name: { $exists: true } } as const;
        return owners.paginate({ filter, index: '_id2', ...how });
      }
      case 'things': {
        const { ownerId, upTo } = list;
        const filter = { ownerId, ...(upTo !== undefined && { size: { $lt: upTo } }) };
        return things.paginate({ filter, ...how });
      }
      case 'state':
        return things.paginate({ filter: { state: list.state }, ...how });
      case 'entries':
        return entries.paginate({ filter: { ownerId: list.ownerId }, ...how });
    }
  }

  async #turnPage({ ownerId, pageSize, restart }: StepOf<'turnPage'>): Promise<unknown> {
    const after = (restart ? undefined : this.cursors.get(ownerId)) ?? null;
    const { things } = this.#bound;
    const { edges, pageInfo } = await things.paginate({
      filter: { ownerId },
      first: pageSize,
      after,
    });
    const { hasNextPage, hasPreviousPage, endCursor } = pageInfo;
    if (endCursor === null) this.cursors.delete(ownerId);
    else this.cursors.set(ownerId, endCursor);
    return { items: edges.map(({ node }) => plain(node)), hasNextPage, hasPreviousPage };
  }

  /** Deletes what has expired as DynamoDB does: by the TTL of the item alone. */
  async #expire(at: number): Promise<unknown> {
    const seconds = at * DAY_SECONDS;
    const items = (await Promise.all(OWNER_IDS.map((ownerId) => this.#items(ownerId)))).flat();
    const uniques = CODES.map((code) => {
      const { Key = {} } = this.#bound.things.findOneParams({ filter: { code } }) as { Key?: Item };
      return Key;
    });
    const expired = items.filter(({ ttl }) => Number(ttl?.N ?? Infinity) <= seconds);
    const keys = [...expired.map(({ PK, SK }) => ({ PK, SK }) as Item), ...uniques];
    await Promise.all(
      keys.map(async (Key) => {
        const command = new DeleteItemCommand({
          TableName: this.table.name,
          Key,
          ConditionExpression: '#ttl <= :at',
          ExpressionAttributeNames: { '#ttl': 'ttl' },
          ExpressionAttributeValues: { ':at': { N: String(seconds) } },
        });
        try {
          await this.client.send(command);
        } catch (error) {
          if ((error as Error).name !== 'ConditionalCheckFailedException') throw error;
        }
      }),
    );
    return 'done';
  }

  /** Everything in the partition of an owner, as it is stored. */
  async #items(ownerId: string): Promise<Item[]> {
    const PK = this.#bound.owners.reference({ ownerId }).key?.PK ?? '';
    const { Items = [] } = await this.client.send(
      new QueryCommand({
        TableName: this.table.name,
        KeyConditionExpression: 'PK = :PK',
        ExpressionAttributeValues: { ':PK': { S: PK } },
        ConsistentRead: true,
      }),
    );
    return Items;
  }
}

function orderOf(descending: boolean): 'ascending' | 'descending' {
  return descending ? 'descending' : 'ascending';
}
