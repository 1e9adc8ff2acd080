import type { Step, ThingChange } from './steps.js';

interface OwnerRow {
  ownerId: string;
  name?: string;
  visits: number;
  tags: string[];
}
interface ThingRow extends ThingChange {
  ownerId: string;
  number: number;
  state: 'new' | 'old';
  size: number;
  labels?: string[];
}
interface EntryRow {
  ownerId: string;
  day: number;
  text?: string;
}

/** What the entities should do, on plain arrays. */
export class Model {
  owners: OwnerRow[] = [];
  things: ThingRow[] = [];
  entries: EntryRow[] = [];

  /** What a step gives: documents in a form that can be compared, or the code of an error. */
  run(step: Step): unknown {
    switch (step.do) {
      case 'createOwner': {
        const { ownerId, name } = step;
        if (this.owners.some((row) => row.ownerId === ownerId)) return 'AlreadyExists';
        if (this.#nameTaken(name)) return 'UniqueViolation';
        const row = { ownerId, visits: 0, tags: [], ...(name !== undefined && { name }) };
        this.owners.push(row);
        return { ...row };
      }
      case 'renameOwner': {
        const row = this.#owner(step.ownerId);
        if (!row) return null;
        if (step.name === null) delete row.name;
        else if (row.name !== step.name && this.#nameTaken(step.name)) return 'UniqueViolation';
        else row.name = step.name;
        return { ...row };
      }
      case 'visit': {
        const row = this.#owner(step.ownerId);
        if (!row) return null;
        row.visits += step.by;
        row.tags = [...row.tags, step.tag];
        return { ...row };
      }
      case 'deleteOwner': {
        const row = this.#owner(step.ownerId);
        if (!row) return 0;
        const related = step.withRelated ? this.#dropRelated(step.ownerId) : 0;
        this.owners = this.owners.filter((other) => other !== row);
        return 1 + related;
      }
      case 'findOwner':
        return copy(this.owners.find(({ name }) => name === step.name));
      case 'createThing': {
        const { do: _, ...row } = step;
        if (this.#thing(step.ownerId, step.number)) return 'AlreadyExists';
        if (this.#codeTaken(step.code)) return 'UniqueViolation';
        this.things.push(row);
        return { ...row };
      }
      case 'changeThing': {
        const row = this.#thing(step.ownerId, step.number);
        if (!row) return null;
        const { code } = step.set;
        if (code !== row.code && this.#codeTaken(code)) return 'UniqueViolation';
        Object.assign(row, step.set);
        return { ...row };
      }
      case 'moveThing': {
        const row = this.#thing(step.ownerId, step.number);
        if (!row) return null;
        if (step.to !== step.number && this.#thing(step.ownerId, step.to)) return 'AlreadyExists';
        row.number = step.to;
        return { ...row };
      }
      case 'label': {
        const row = this.#thing(step.ownerId, step.number);
        if (!row) return null;
        const rest = (row.labels ?? []).filter((label) => label !== step.label);
        const labels = step.add ? [...rest, step.label].sort() : rest;
        if (labels.length > 0) row.labels = labels;
        else delete row.labels;
        return { ...row };
      }
      case 'upsertThing': {
        const { ownerId, number, size } = step;
        const row = this.#thing(ownerId, number);
        if (row) row.size = size;
        else this.things.push({ ownerId, number, size, state: 'new' });
        return copy(this.#thing(ownerId, number));
      }
      case 'deleteThing': {
        const row = this.#thing(step.ownerId, step.number);
        this.things = this.things.filter((other) => other !== row);
        return copy(row);
      }
      case 'deleteThings': {
        const before = this.things.length;
        this.things = this.things.filter(
          ({ ownerId, number }) => ownerId !== step.ownerId || number <= step.above,
        );
        return before - this.things.length;
      }
      case 'findThing':
        return copy(this.things.find(({ code }) => code === step.code));
      case 'listThings': {
        const rows = this.things
          .filter(({ ownerId, number }) => ownerId === step.ownerId && number >= step.from)
          .sort((a, b) => a.number - b.number)
          .map((row) => ({ ...row }));
        return step.descending ? rows.reverse() : rows;
      }
      case 'listState':
        return this.things
          .filter(({ state, size }) => state === step.state && size < step.upTo)
          .map((row) => ({ ...row }))
          .sort(byPlace);
      case 'writeEntry': {
        const { do: _, ...row } = step;
        if (this.entries.some((e) => e.ownerId === row.ownerId && e.day === row.day)) {
          return 'AlreadyExists';
        }
        this.entries.push(row);
        return { ...row };
      }
      case 'listEntries':
        return this.entries
          .filter(({ ownerId, day }) => ownerId === step.ownerId && day > step.day)
          .sort((a, b) => a.day - b.day)
          .map(copy);
      case 'swapCodes': {
        const [a, b] = [this.#thing(step.ownerId, step.a), this.#thing(step.ownerId, step.b)];
        if (!a || !b || a === b) return 'impossible';
        // Two writes of one transaction to one unique item are refused as a whole.
        if (a.code !== undefined && b.code !== undefined) return 'InvalidTransaction';
        a.size += 1;
        b.size -= 1;
        return 'done';
      }
    }
  }

  #dropRelated(ownerId: string): number {
    const before = this.things.length + this.entries.length;
    this.things = this.things.filter((row) => row.ownerId !== ownerId);
    this.entries = this.entries.filter((row) => row.ownerId !== ownerId);
    return before - this.things.length - this.entries.length;
  }

  #owner(ownerId: string): OwnerRow | undefined {
    return this.owners.find((row) => row.ownerId === ownerId);
  }

  #thing(ownerId: string, number: number): ThingRow | undefined {
    return this.things.find((row) => row.ownerId === ownerId && row.number === number);
  }

  #nameTaken(name: string | undefined): boolean {
    return name !== undefined && this.owners.some((row) => row.name === name);
  }

  #codeTaken(code: string | undefined): boolean {
    return code !== undefined && this.things.some((row) => row.code === code);
  }
}

/** Things by what names them. */
export function byPlace(
  a: { ownerId: string; number: number },
  b: { ownerId: string; number: number },
): number {
  return a.ownerId === b.ownerId ? a.number - b.number : a.ownerId < b.ownerId ? -1 : 1;
}

function copy<T extends object>(row: T | undefined): T | null {
  return row ? { ...row } : null;
}
