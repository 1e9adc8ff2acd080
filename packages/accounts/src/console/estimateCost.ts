import type { MeasuredDocument, MeasuredPartition } from '@latchkey/entity';
import type { Cost } from './api.js';

// Rules: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
const WRITE_BYTES = 1024;
const READ_BYTES = 4096;
const PAGE_BYTES = 1024 * 1024;
const MAX_TRANSACTION_ITEMS = 100;
/** What a change of an item may add to it: its marks are ULIDs with their names. */
const GROWTH_BYTES = 160;

/** The most that a strongly consistent Query for items of this size costs. */
export function queryCost(bytes: number): Cost {
  const requests = Math.max(1, Math.ceil(bytes / PAGE_BYTES));
  return { requests, writeUnits: 0, readUnits: Math.max(1, Math.ceil(bytes / READ_BYTES)) };
}

/** The most that a change of one document costs, outside of a transaction. */
export function updateCost(document: MeasuredDocument): Cost {
  return { requests: 1, writeUnits: updateUnits(document), readUnits: 0 };
}

/** The write units of a change of a document, and of its entries in global secondary indexes. */
export function updateUnits({ bytes, globalIndexes }: MeasuredDocument): number {
  return writeUnits(bytes + GROWTH_BYTES) * (1 + globalIndexes);
}

/** The write units of deleting a document with its unique items and index entries. */
export function deleteUnits(document: MeasuredDocument): number {
  const { bytes, uniqueBytes, globalIndexes } = document;
  const uniques = uniqueBytes.reduce((sum, each) => sum + writeUnits(each), 0);
  return writeUnits(bytes) * (1 + globalIndexes) + uniques;
}

/** The most that deleting a whole partition costs, as `deleteOne({ withRelated: true })` does it. */
export function deletePartitionCost(
  { bytes, documents }: MeasuredPartition,
  root: MeasuredDocument,
): Cost {
  const others = documents.filter((document) => document !== root);
  const readRoot = readCost(root);
  return sumCosts([readRoot, queryCost(bytes), ...packed(others), readRoot, ...packed([root])]);
}

/** The cost of reading one document by its key, strongly consistent. */
export function readCost({ bytes }: MeasuredDocument): Cost {
  return { requests: 1, writeUnits: 0, readUnits: Math.ceil(bytes / READ_BYTES) };
}

/** The cost of one transaction, which takes each unit twice. */
export function transactionCost(units: number): Cost {
  return { requests: 1, writeUnits: 2 * units, readUnits: 0 };
}

export function sumCosts(costs: readonly Cost[]): Cost {
  const sum = (of: (cost: Cost) => number): number =>
    costs.reduce((total, cost) => total + of(cost), 0);
  return {
    requests: sum(({ requests }) => requests),
    writeUnits: sum(({ writeUnits: units }) => units),
    readUnits: sum(({ readUnits }) => readUnits),
  };
}

/** The costs of deleting documents: in transactions, or alone at half the price. */
function packed(documents: readonly MeasuredDocument[]): Cost[] {
  const packs: { items: number; units: number }[] = [];
  for (const document of documents) {
    const items = 1 + document.uniqueBytes.length;
    const last = packs.at(-1);
    const units = deleteUnits(document);
    if (last && last.items + items <= MAX_TRANSACTION_ITEMS) {
      last.items += items;
      last.units += units;
    } else packs.push({ items, units });
  }
  return packs.map(({ items, units }) =>
    items === 1 ? { requests: 1, writeUnits: units, readUnits: 0 } : transactionCost(units),
  );
}

function writeUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / WRITE_BYTES));
}
