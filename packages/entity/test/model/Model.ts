import { hasState, judgeWrite, withChange } from './judgeWrite.js';
import { meet, Rows, together, type Row, type ThingRow, type Verdict } from './Rows.js';
import type { Listed, Part, Ref, Step, Write } from './steps.js';

const DAY_SECONDS = 24 * 60 * 60;

type StepOf<D extends Step['do']> = Extract<Step, { do: D }>;

/** Several errors, of which a step may give any. */
export interface Failures {
  readonly anyOf: readonly Failure[];
}
/** The error of a transaction, with the position of the operation that failed. */
export interface Failure {
  readonly code: string;
  readonly operation?: number;
}

/** What the entities should do, on plain arrays. */
export class Model {
  readonly #rows = new Rows();
  /** The number of the last thing on the page that was read last, by owner. */
  readonly #cursors = new Map<string, number>();

  /** What a step gives: documents in a form that can be compared, or the code of an error. */
  run(step: Step): unknown {
    const rows = this.#rows;
    switch (step.do) {
      case 'findOwner':
        return shown(rows.owners().find(({ name }) => name === step.name));
      case 'findThing':
        return shown(rows.things().find(({ code }) => code === step.code));
      case 'findFamily': {
        const owner = rows.owner(step.ownerId);
        const things = inOrder(rows.things(step.ownerId), step).slice(0, step.limit);
        const entries = rows.entries(step.ownerId);
        return owner && { ...shown(owner), things: things.map(shown), entries: entries.map(shown) };
      }
      case 'get':
        return step.refs.map((ref) => shown(this.#at(ref)));
      case 'listThings': {
        const things = rows.things(step.ownerId).filter(({ number }) => number >= step.from);
        return inOrder(things, step).slice(0, step.limit).map(shown);
      }
      case 'listState': {
        const { state, upTo } = step;
        const things = rows.things().filter((row) => row.state === state && row.size < upTo);
        return inOrder(things, step).map(shown);
      }
      case 'listEntries':
        return rows
          .entries(step.ownerId)
          .filter(({ day }) => day > step.after)
          .map(shown);
      case 'countThings':
        return rows.things(step.ownerId).filter(({ size }) => size < step.upTo).length;
      case 'pages':
        return this.#pages(step);
      case 'turnPage':
        return this.#turnPage(step);
      case 'stored':
        return rows.all
          .filter(({ ownerId }) => ownerId === step.ownerId)
          .map((row) => JSON.stringify({ ...asStored(row), ...shown(row) }))
          .sort();
      case 'transact':
        return this.#transact(step.parts);
      case 'createFamily':
        return this.#createFamily(step);
      case 'moveOwner':
        return this.#moveOwner(step);
      case 'deleteOwner': {
        const owner = rows.owner(step.ownerId);
        if (!owner) return 0;
        const isMeant = (row: Row): boolean =>
          row === owner || (step.withRelated && row.ownerId === step.ownerId);
        return this.#drop(rows.all.filter(isMeant));
      }
      case 'updateThings': {
        const things = rows.things(step.ownerId).filter(({ number }) => number >= step.from);
        return this.#change(things.slice(0, step.limit).filter(hasState(step)), step.set);
      }
      case 'updateState': {
        const things = rows.things().filter(({ state }) => state === step.state);
        return this.#change(things.slice(0, step.limit), step.set);
      }
      case 'deleteThings': {
        const things = rows.things(step.ownerId).filter(({ number }) => number > step.above);
        return this.#drop(things.slice(0, step.limit).filter(hasState(step)));
      }
      case 'deleteEntries':
        return this.#drop(rows.entries(step.ownerId).filter(({ day }) => day > step.above));
      case 'batchWrite':
        return this.#batchWrite(step);
      case 'expire':
        this.#drop(rows.all.filter((row) => 'until' in row && row.until <= step.at));
        return 'done';
      default:
        return this.#write(step);
    }
  }

  #write(write: Write): unknown {
    const verdict = judgeWrite(this.#rows, write);
    // By itself, a write of what is not there does nothing.
    return verdict.fails === 'NotFound' ? undefined : outcomeOf(verdict);
  }

  /** Each part is judged by what there was before the transaction. */
  #transact(parts: readonly Part[]): unknown {
    const verdicts = parts.map((part) => judgeWrite(this.#rows, part));
    const anyOf: Failure[] = verdicts.flatMap(({ fails }, operation) =>
      fails === undefined ? [] : [{ code: fails, operation }],
    );
    if (meet(verdicts)) anyOf.push({ code: 'InvalidTransaction' });
    if (anyOf.length > 0) return { anyOf } satisfies Failures;
    for (const { make } of verdicts) make();
    return verdicts.map(({ result }, at) => (saysResult(parts[at]) ? shown(result) : 'done'));
  }

  #createFamily({ ownerId, name, things, entries }: StepOf<'createFamily'>): unknown {
    const judge = (write: Write): Verdict => judgeWrite(this.#rows, write);
    const owner = judge({ do: 'createOwner', ownerId, ...(name !== undefined && { name }) });
    const own = things.map((thing) => judge({ do: 'createThing', ownerId, ...thing }));
    const others = entries.map((entry) => judge({ do: 'createEntry', ownerId, ...entry }));
    const { fails, make } = together([owner, ...own, ...others]);
    if (fails !== undefined) return fails;
    make();
    return {
      ...shown(owner.result),
      ...(things.length > 0 && { things: own.map(({ result }) => shown(result)) }),
      ...(entries.length > 0 && { entries: others.map(({ result }) => shown(result)) }),
    };
  }

  #moveOwner({ ownerId, to, related }: StepOf<'moveOwner'>): unknown {
    const rows = this.#rows;
    const owner = rows.owner(ownerId);
    if (!owner || to === ownerId) return shown(owner);
    const others = rows.all.filter((row) => row !== owner && row.ownerId === ownerId);
    if (related === 'refuse' && others.length > 0) return 'RelatedDocuments';
    const moved = related === 'move' ? [owner, ...others] : [owner];
    const { fails, make } = together(
      moved.map((row) => rows.replace(row, { ...row, ownerId: to })),
    );
    if (fails !== undefined) return fails;
    make();
    return shown(rows.owner(to));
  }

  #batchWrite({ puts, deletes }: StepOf<'batchWrite'>): unknown {
    const rows = this.#rows;
    const keys = [
      ...puts.map(({ ownerId, day }) => `${ownerId} ${String(day)}`),
      ...deletes.map(({ ownerId, number }) => `${ownerId} ${String(number)}`),
    ];
    if (new Set(keys).size < keys.length) return 'InvalidTransaction';
    for (const { ownerId, number } of deletes) {
      rows.all = rows.all.filter((row) => row !== rows.entry(ownerId, number));
    }
    for (const put of puts) {
      const row = { kind: 'entry', times: 0, ...put } as const;
      rows.replace(rows.entry(put.ownerId, put.day), row).make();
    }
    return 'done';
  }

  /** A list cut into pages, from the front or from the back. */
  #pages(step: StepOf<'pages'>): unknown {
    const left = inOrder(this.#listed(step), step).map(shown);
    const found: unknown[] = [];
    do {
      const isFirst = found.length === 0;
      const items = step.backwards
        ? left.splice(Math.max(0, left.length - step.pageSize))
        : left.splice(0, step.pageSize);
      const hasMore = left.length > 0;
      const [hasNextPage, hasPreviousPage] = step.backwards
        ? [!isFirst, hasMore]
        : [hasMore, !isFirst];
      found.push({ items, hasNextPage, hasPreviousPage });
    } while (left.length > 0);
    return found;
  }

  #listed(list: Listed): Row[] {
    const rows = this.#rows;
    switch (list.of) {
      case 'names':
        return rows
          .owners()
          .filter(({ name }) => name !== undefined)
          .sort((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1));
      case 'things':
        return rows.things(list.ownerId).filter(({ size }) => size < (list.upTo ?? Infinity));
      case 'state':
        return rows.things().filter(({ state }) => state === list.state);
      case 'entries':
        return rows.entries(list.ownerId);
    }
  }

  #turnPage({ ownerId, pageSize, restart }: StepOf<'turnPage'>): unknown {
    const after = (restart ? undefined : this.#cursors.get(ownerId)) ?? -Infinity;
    const left = this.#rows.things(ownerId).filter(({ number }) => number > after);
    const items = left.slice(0, pageSize);
    const last = items.at(-1);
    if (last) this.#cursors.set(ownerId, last.number);
    else this.#cursors.delete(ownerId);
    const hasPreviousPage = after > -Infinity;
    return { items: items.map(shown), hasNextPage: left.length > items.length, hasPreviousPage };
  }

  #change(things: readonly ThingRow[], set: StepOf<'updateThings'>['set']): number {
    for (const thing of things) this.#rows.replace(thing, withChange(thing, set)).make();
    return things.length;
  }

  #drop(dropped: readonly Row[]): number {
    this.#rows.all = this.#rows.all.filter((row) => !dropped.includes(row));
    return dropped.length;
  }

  #at({ kind, ownerId, number }: Ref): Row | undefined {
    if (kind === 'owner') return this.#rows.owner(ownerId);
    return this.#rows[kind](ownerId, number);
  }
}

/** Whether the part of a transaction says what document it was about: an update need not read it. */
export function saysResult(part: Part | undefined): boolean {
  return part !== undefined && /^(create|delete)/.test(part.do);
}

function outcomeOf({ fails, result, make }: Verdict): unknown {
  if (fails !== undefined) return fails;
  make();
  return shown(result);
}

function inOrder<T>(rows: readonly T[], { descending }: { descending: boolean }): T[] {
  return descending ? [...rows].reverse() : [...rows];
}

/** A row as a document, with its fields in the order of their names. */
function shown(row: Row | undefined): object | undefined {
  if (!row) return undefined;
  const fields = Object.entries(row).filter(([name]) => name !== 'kind');
  return Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What a stored item says besides its document's fields. */
function asStored(row: Row): object {
  const until = 'until' in row ? row.until : undefined;
  return { entity: row.kind, ...(until !== undefined && { ttl: Math.floor(until * DAY_SECONDS) }) };
}
