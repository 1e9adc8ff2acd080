import type { State } from './steps.js';

export interface OwnerRow {
  kind: 'owner';
  ownerId: string;
  name?: string;
  visits: number;
  tags: string[];
}
export interface ThingRow {
  kind: 'thing';
  ownerId: string;
  number: number;
  code?: string;
  state: State;
  size: number;
  labels?: string[];
  until?: number;
}
export interface EntryRow {
  kind: 'entry';
  ownerId: string;
  day: number;
  text?: string;
  times: number;
  until?: number;
}
export type Row = OwnerRow | ThingRow | EntryRow;

/** The outcome of a write, judged before it is made. */
export interface Verdict {
  /** The code of the error that it fails with. */
  fails?: string;
  /** The documents and unique values that it is about. */
  touches: readonly string[];
  /** The document that it returns. */
  result: Row | undefined;
  make: () => void;
}

/** Documents in a plain array; each place and each unique value is taken once. */
export class Rows {
  all: Row[] = [];

  owner(ownerId: string): OwnerRow | undefined {
    return this.owners().find((row) => row.ownerId === ownerId);
  }

  thing(ownerId: string, number: number): ThingRow | undefined {
    return this.things(ownerId).find((row) => row.number === number);
  }

  entry(ownerId: string, day: number): EntryRow | undefined {
    return this.entries(ownerId).find((row) => row.day === day);
  }

  owners(): OwnerRow[] {
    return this.all.filter((row) => row.kind === 'owner');
  }

  /** In the order of their numbers; those of everybody in the order of their sizes. */
  things(ownerId?: string): ThingRow[] {
    const things = this.all.filter((row) => row.kind === 'thing');
    if (ownerId === undefined) return things.sort(bySize);
    return things.filter((row) => row.ownerId === ownerId).sort((a, b) => a.number - b.number);
  }

  entries(ownerId: string): EntryRow[] {
    return this.all
      .filter((row) => row.kind === 'entry')
      .filter((row) => row.ownerId === ownerId)
      .sort((a, b) => a.day - b.day);
  }

  /** Judges putting one document in the place of another: of none, or none in its place. */
  replace(before: Row | undefined, after: Row | undefined): Verdict {
    const isTaken = (texts: (row: Row) => string | undefined): boolean => {
      const text = after && texts(after);
      return text !== undefined && this.all.some((row) => row !== before && texts(row) === text);
    };
    const fails = isTaken(placeOfRow)
      ? 'AlreadyExists'
      : isTaken(uniqueOf)
        ? 'UniqueViolation'
        : '';
    const touched = [before, after].flatMap((row) => (row ? [placeOfRow(row), uniqueOf(row)] : []));
    return {
      ...(fails !== '' && { fails }),
      touches: [...new Set(touched)].filter((text) => text !== undefined),
      result: after ?? before,
      make: () => {
        this.all = [...this.all.filter((row) => row !== before), ...(after ? [after] : [])];
      },
    };
  }
}

/** Judges writes that are made together or not at all. */
export function together(verdicts: readonly Verdict[]): { fails?: string; make: () => void } {
  const failed = verdicts.find(({ fails }) => fails !== undefined);
  const fails = meet(verdicts) ? 'InvalidTransaction' : failed?.fails;
  return {
    ...(fails !== undefined && { fails }),
    make: () => {
      for (const verdict of verdicts) verdict.make();
    },
  };
}

/** Whether two writes are about one document or one unique value. */
export function meet(verdicts: readonly Verdict[]): boolean {
  const touched = verdicts.flatMap(({ touches }) => touches);
  return new Set(touched).size < touched.length;
}

/** The key of a document as one text; an owner's has no number. */
export function placeOf(kind: Row['kind'], ownerId: string, number = 0): string {
  return JSON.stringify([kind, ownerId, number]);
}

function placeOfRow(row: Row): string {
  const number = row.kind === 'thing' ? row.number : row.kind === 'entry' ? row.day : 0;
  return placeOf(row.kind, row.ownerId, number);
}

function uniqueOf(row: Row): string | undefined {
  const value = row.kind === 'thing' ? row.code : row.kind === 'owner' ? row.name : undefined;
  return value === undefined ? undefined : JSON.stringify([`unique ${row.kind}`, value]);
}

function bySize(a: ThingRow, b: ThingRow): number {
  return a.size - b.size || a.number - b.number || (a.ownerId < b.ownerId ? -1 : 1);
}
