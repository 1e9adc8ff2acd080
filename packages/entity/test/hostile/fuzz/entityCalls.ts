import type { TestTable } from '@latchkey/entity/testing';
import { Note } from '../../support/entities.js';

/** Arguments that a method takes: good ones, of which a fuzzer makes hostile ones. */
type GoodArguments = (test: TestTable, at: number) => readonly unknown[];

const key = (at: number): object => ({ owner: 'ada', title: `t${String(at)}` });
const item = (at: number): object => ({
  ...key(at),
  text: 'x',
  count: 1,
  tags: new Set(['a']),
  lines: ['a'],
  place: { city: 'London', visits: 1 },
  extra: { deep: [1, { a: true }] },
});
const change = (at: number): object => ({
  filter: key(at),
  condition: { count: { $gte: 0 }, $or: [{ text: 'x' }, { text: { $startsWith: 'y' } }] },
  update: {
    $set: { text: 'y', 'place.city': 'Paris' },
    $inc: { count: 1 },
    $append: { lines: ['b'] },
  },
  upsert: true,
});
const find = (at: number): readonly object[] => [{ filter: key(at), consistent: true }];
const list = (): readonly object[] => [
  { filter: { owner: 'ada', title: { $startsWith: 't' } }, condition: { flag: false }, limit: 3 },
];

/** Good arguments of every method of `Entity` and `Table`, by `Class.method`. */
export const ENTITY_CALLS: Readonly<Record<string, GoodArguments>> = {
  'Entity.checkOperation': (_, at) => [{ filter: key(at), condition: { count: 1 } }],
  'Entity.count': list,
  'Entity.createOne': (_, at) => [{ item: item(at), context: {} }],
  'Entity.createOneOperation': (_, at) => [{ item: item(at) }],
  'Entity.createOneParams': (_, at) => [{ item: item(at) }],
  'Entity.deleteMany': list,
  'Entity.deleteOne': (_, at) => [{ filter: key(at), condition: { count: 1 } }],
  'Entity.deleteOneOperation': (_, at) => [{ filter: key(at) }],
  'Entity.deleteOneParams': (_, at) => [{ filter: key(at) }],
  'Entity.deleteRequest': (_, at) => [key(at)],
  'Entity.findById': () => ['bm90ZSNhZGE'],
  'Entity.findKey': (_, at) => find(at),
  'Entity.findMany': list,
  'Entity.findManyParams': list,
  'Entity.findOne': (_, at) => find(at),
  'Entity.findOneParams': (_, at) => find(at),
  'Entity.findUnbound': (_, at) => [key(at)],
  'Entity.paginate': () => [{ filter: { owner: 'ada' }, first: 2, after: null }],
  'Entity.putRequest': (_, at) => [{ item: item(at) }],
  'Entity.reference': (_, at) => [key(at)],
  'Entity.scan': () => [{ limit: 2 }],
  'Entity.scanParams': () => [{ limit: 2 }],
  'Entity.updateMany': () => [{ filter: { owner: 'ada' }, update: { $set: { text: 'z' } } }],
  'Entity.updateOne': (_, at) => [change(at)],
  'Entity.updateOneOperation': (_, at) => [change(at)],
  'Entity.updateOneParams': (_, at) => [change(at)],
  'Table.batchGet': ({ table }, at) => [[table.entity(Note).reference(key(at) as never)]],
  'Table.batchWrite': ({ table }, at) => [
    [table.entity(Note).putRequest({ item: item(at) } as never)],
  ],
  'Table.transactGet': ({ table }, at) => [[table.entity(Note).reference(key(at) as never)]],
  'Table.namespace': () => ['tenant'],
  'Table.newUlid': () => [new Date(0)],
  'Table.transact': ({ table }, at) => [
    [table.entity(Note).createOneOperation({ item: item(at) } as never)],
  ],
};
