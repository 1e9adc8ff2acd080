import type { EntityContext } from '../entity/EntityContext.js';
import type { Item } from '../entity/EntityModel.js';
import { EntityError } from '../errors/EntityError.js';
import { documentId } from '../keys/documentId.js';
import type { Key } from '../keys/Key.js';
import { ownerOf } from '../keys/ownerOf.js';
import { keyText } from '../table/batchGet.js';
import { sdkErrorOf } from '../table/requestFailed.js';
import type { BackfillTarget } from './BackfillTarget.js';
import type {
  BackfillCollision,
  BackfillDocument,
  BackfillFailure,
  BackfillOptions,
  BackfillProgress,
} from './BackfillOptions.js';
import { allOf } from './allOf.js';
import { backfillDocument } from './backfillDocument.js';
import { readUniques, type Taken } from './claimUniques.js';
import type { Pace } from './Pace.js';
import { presentForm, type PresentForm } from './presentForm.js';
import { headOf, isUniqueHead, namespaceOf } from './scanSegment.js';

/** Codes of what is wrong with the table or the way to it, rather than with one document. */
const OF_THE_TABLE: ReadonlySet<string> = new Set([
  'RequestFailed',
  'BatchIncomplete',
  'AccessDenied',
  'TableNotFound',
  'TableMismatch',
  'InvalidClient',
  'Unreachable',
]);

/** How many documents of a segment are written side by side. */
const CONCURRENCY = 8;

/** A document to be brought up to date. */
interface Work {
  readonly entity: EntityContext;
  readonly item: Item;
  readonly form: PresentForm;
}

/** Brings items up to date as they are scanned, and keeps account of that. */
export class ChunkWorker {
  readonly #table: BackfillTarget;
  readonly #options: BackfillOptions;
  readonly #pace: Pace;
  readonly #entities = new Map<string, EntityContext>();
  /** In a dry run: the documents that would have taken unique values, by unique key. */
  readonly #pretended = new Map<string, Key>();
  #counts = { scannedCount: 0, changedCount: 0, prunedCount: 0 };
  #collisions: BackfillCollision[] = [];
  #failures: BackfillFailure[] = [];

  constructor(table: BackfillTarget, options: BackfillOptions, pace: Pace) {
    this.#table = table;
    this.#options = options;
    this.#pace = pace;
  }

  /** Reports the work done so far, with the collisions and failures since the previous report. */
  report(): Omit<BackfillProgress, 'cursor'> {
    const report = { ...this.#counts, collisions: this.#collisions, failures: this.#failures };
    this.#collisions = [];
    this.#failures = [];
    return report;
  }

  /** Brings documents up to date, and deletes unique items that no index has any longer. */
  async work(items: readonly Item[]): Promise<void> {
    const works: Work[] = [];
    for (const item of items) {
      const entity = this.#entityOf(item);
      if (!entity) {
        if (this.#isStray(item)) await this.#prune(item);
        continue;
      }
      this.#counts.scannedCount++;
      await this.#noting(entity, item, () => {
        works.push({ entity, item, form: presentForm(entity.model, item) });
      });
    }
    const forms = works.map(({ form }) => form);
    const uniques = await readUniques(this.#table, forms);
    for (let start = 0; start < works.length; start += CONCURRENCY) {
      await allOf(
        works
          .slice(start, start + CONCURRENCY)
          .map((work) => this.#noting(work.entity, work.item, () => this.#document(work, uniques))),
      );
    }
  }

  async #document({ entity, item, form }: Work, uniques: ReadonlyMap<string, Item>): Promise<void> {
    const outcome = await backfillDocument(entity, item, form, uniques, {
      pace: (units) => this.#pace.take(units),
      ...(this.#options.dryRun === true && {
        pretend: (planned: PresentForm) => this.#pretend(entity, planned),
      }),
    });
    if (outcome.kind === 'changed') this.#counts.changedCount++;
    if (outcome.kind !== 'taken') return;
    const document = nameOf(entity, entity.model.attributes.keyOf(item));
    for (const { unique, owner } of outcome.taken) {
      const { name, PK, SK } = unique.index;
      const paths = [...PK, ...SK].flatMap((part) => (part.kind === 'field' ? [part.path] : []));
      this.#collisions.push({ ...document, index: name, paths, other: nameOf(entity, owner) });
    }
  }

  /** Takes unique values for a document that a dry run would have given them. */
  #pretend({ model }: EntityContext, { item, uniques }: PresentForm): Taken[] {
    const own = model.attributes.keyOf(item);
    const taken = uniques.flatMap((unique): Taken[] => {
      const owner = this.#pretended.get(keyText(unique));
      return owner && keyText(owner) !== keyText(own) ? [{ unique, owner }] : [];
    });
    if (taken.length === 0) for (const unique of uniques) this.#pretended.set(keyText(unique), own);
    return taken;
  }

  /** Notes what one document ends with; what concerns all of them goes on. */
  async #noting(
    entity: EntityContext,
    item: Item,
    action: () => Promise<void> | void,
  ): Promise<void> {
    try {
      await action();
    } catch (error) {
      const isOfAll = EntityError.is(error) && OF_THE_TABLE.has(error.code);
      if (isOfAll || !(error instanceof Error)) throw error;
      const document = nameOf(entity, entity.model.attributes.keyOf(item));
      this.#failures.push({ ...document, error });
    }
  }

  /** The entity of an item, if it is one of those to be brought up to date. */
  #entityOf(item: Item): EntityContext | undefined {
    const { PK } = this.#table.sender.attributes.keyOf(item);
    const entity = this.#entityNamed(item._e?.S ?? '', namespaceOf(PK));
    return entity?.model.owns(item) === true ? entity : undefined;
  }

  #entityNamed(name: string, prefix: string): EntityContext | undefined {
    const key = JSON.stringify([prefix, name]);
    const known = this.#entities.get(key);
    if (known) return known;
    const definition = this.#table.definitions.find((each) => each.name === name);
    const entity = definition && this.#table.entityAt(definition, prefix);
    if (entity) this.#entities.set(key, entity);
    return entity;
  }

  /** Tells whether an item is a unique item of an index that its entity does not have. */
  #isStray(item: Item): boolean {
    const { PK } = this.#table.sender.attributes.keyOf(item);
    const head = headOf(PK);
    if (!item.ownerPK || !isUniqueHead(head)) return false;
    const [entity, index] = head.split('.');
    const definition = this.#table.definitions.find(({ name }) => name.toLowerCase() === entity);
    return (
      definition !== undefined &&
      !definition.indexes.some(({ name, unique }) => unique && name === index)
    );
  }

  async #prune(item: Item): Promise<void> {
    const { tableName, sender } = this.#table;
    const { PK, SK } = ownerOf(item);
    const key = sender.attributes.keyOf(item);
    if (this.#options.dryRun !== true) {
      await this.#pace.take(1);
      try {
        await sender.send({
          name: 'DeleteItem',
          input: {
            TableName: tableName,
            Key: sender.attributes.keyItem(key),
            ConditionExpression: 'ownerPK = :ownerPK AND ownerSK = :ownerSK',
            ExpressionAttributeValues: { ':ownerPK': { S: PK }, ':ownerSK': { S: SK } },
          },
        });
      } catch (error) {
        // Gone, or another's, meanwhile.
        if (sdkErrorOf(error).name === 'ConditionalCheckFailedException') return;
        throw error;
      }
    }
    this.#counts.prunedCount++;
  }
}

function nameOf({ model }: EntityContext, key: Key): BackfillDocument {
  return { entity: model.name, id: documentId(key), key: model.keyFields(key) };
}
