import fc from 'fast-check';
import { EntityModel, type Item } from '../../src/entity/EntityModel.js';
import { parseInput } from '../../src/entity/parseInput.js';
import { EntityError } from '../../src/errors/EntityError.js';
import { matcherOf } from '../../src/expressions/matcherOf.js';
import { parseCondition } from '../../src/expressions/parseCondition.js';
import type { Key } from '../../src/keys/Key.js';
import { filterFacts, isContradiction } from '../../src/planning/FilterFacts.js';
import { indexFacts } from '../../src/planning/indexFacts.js';
import { planQuery } from '../../src/planning/planQuery.js';
import type { QueryPlan } from '../../src/planning/planIndex.js';
import { proves } from '../../src/planning/proves.js';
import { matches } from './matches.js';
import { Random } from './Random.js';
import { randomEntity, type RandomEntity } from './randomEntity.js';
import { randomFilter } from './randomFilter.js';

/** How many entities are made up; each gets some documents and filters. */
const RUNS = Number(process.env.PLANNER_RUNS ?? 250);
const DOCUMENTS = 8;
const FILTERS = 10;

type Fields = Record<string, unknown>;

/** The documents that can be stored: with their items, as far as no key is impossible. */
function storable(model: EntityModel, random: Random, { drawDocument }: RandomEntity): Fields[] {
  return Array.from({ length: DOCUMENTS }, (_, k) => k).flatMap((k) => {
    const input = drawDocument(k);
    const createdBy = random.pick([undefined, 'ada', 'bob']);
    const fields: Fields = {
      ...parseInput(model.definition, input),
      ulid: `ulid${k}`,
      createdAt: new Date(k),
      updatedAt: new Date(k),
      ...(createdBy !== undefined && { createdBy }),
    };
    try {
      model.toItem(fields, 1, 'op');
      model.uniqueKeys(fields);
      return [fields];
    } catch (error) {
      if (EntityError.is(error) && error.code === 'InvalidKey') return [];
      throw error;
    }
  });
}

/** Whether a query would find the document: it has a key in the index, within the plan's range. */
function isRead({ PK, SK }: QueryPlan, key: Key | undefined): boolean {
  if (key?.PK !== PK) return false;
  if ('equals' in SK) return key.SK === SK.equals;
  if ('startsWith' in SK) return key.SK.startsWith(SK.startsWith);
  const [from, at, to] = [SK.from, key.SK, SK.to].map((text) => Buffer.from(text));
  if (!from || !at || !to) throw new Error('no range');
  return from.compare(at) <= 0 && at.compare(to) <= 0;
}

it('An index that may answer holds every document that matches, and its plan gives exactly those', () => {
  const seen = { answered: 0, refused: 0, nothing: 0, byIndex: new Set<string>(), partial: 0 };
  fc.assert(
    fc.property(fc.gen(), (draw) => {
      const random = new Random(draw);
      const entity = randomEntity(random);
      const model = new EntityModel(entity.definition, '');
      const documents = storable(model, random, entity);
      const items = documents.map((fields): Item => model.toItem(fields, 1, 'op'));
      const storedAt = (path: string, value: unknown): unknown =>
        entity.fields.find((field) => field.path === path)?.stored(value) ?? value;
      for (let at = 0; at < FILTERS; at++) {
        const filter = randomFilter(random, entity, documents);
        const isMatch = documents.map((document) => matches(filter, document, storedAt));
        const facts = filterFacts(model, filter);
        const told = {
          filter,
          indexes: entity.definition.indexes.map(({ PK, SK, where, unique }) => ({
            PK,
            SK,
            where,
            unique,
          })),
          documents,
        };

        const judged = items.map(matcherOf(parseCondition(filter, model)));
        expect({ ...told, isMatch: judged }).toEqual({ ...told, isMatch });
        if (isContradiction(facts)) {
          seen.nothing++;
          expect({ ...told, isMatch }).toEqual({ ...told, isMatch: isMatch.map(() => false) });
        }
        for (const index of indexFacts(model)) {
          if (!proves(index, facts)) continue;
          const leftOut = documents.filter(
            (document, position) => isMatch[position] && !model.keyIn(index.index, document),
          );
          expect({ ...told, index: index.name, leftOut }).toEqual({
            ...told,
            index: index.name,
            leftOut: [],
          });
          const plan = planQuery(model, filter, { index: index.name });
          const found = documents.map((document, position) => {
            if (!plan || !isRead(plan, model.keyIn(index.index, document))) return false;
            return matcherOf(plan.rest)(items[position] ?? {});
          });
          expect({ ...told, index: index.name, found }).toEqual({
            ...told,
            index: index.name,
            found: isMatch,
          });
          if (isMatch.includes(true))
            seen.byIndex.add(`${index.index.unique} ${index.obligations.length > 0}`);
          if (plan && !('equals' in plan.SK)) seen.partial++;
        }
        if (indexFacts(model).some((index) => proves(index, facts))) seen.answered++;
        else seen.refused++;
      }
    }),
    // Shrinking takes minutes and makes little of it; the seed and the path are printed.
    { numRuns: RUNS, endOnFailure: true },
  );
  // The property speaks of something: of indexes of all kinds, of whole keys and of ranges.
  expect(seen.byIndex).toEqual(new Set(['true true', 'true false', 'false true', 'false false']));
  expect(seen.partial).toBeGreaterThan(RUNS / 4);
  expect(seen.answered).toBeGreaterThan(RUNS);
  expect(seen.refused).toBeGreaterThan(RUNS / 4);
  expect(seen.nothing).toBeGreaterThan(RUNS / 40);
}, 600_000);
