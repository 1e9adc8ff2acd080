import type { Pace, UniqueOwner, UniqueReference } from '@latchkey/entity';
import { EntityError } from '@latchkey/entity';
import { findClaim } from '../core/claims.js';
import { AccountError, type AnyAccountError } from '../errors/AccountError.js';
import { contactTaken } from '../errors/contactTaken.js';
import { toAccountError } from '../errors/withAccountErrors.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import type { AccountQuota } from '../quota/AccountQuota.js';
import type { RefusedRow } from './ImportOptions.js';
import type { BatchOutcome, RowWork } from './RowWork.js';
import { UnreadableRow } from './ImportRow.js';
import { parseRow, type ParsedRow } from './parseRow.js';
import { planAccount, uniqueValuesOf, type UniqueValues } from './planAccount.js';
import { SeenKeys } from './SeenKeys.js';

/** A row that an account can be made of. */
export interface AcceptedRow {
  readonly row: number;
  readonly parsed: ParsedRow;
}

/** Rows of a batch, sorted. */
export interface CheckedBatch {
  readonly accepted: readonly AcceptedRow[];
  /** How many have an account already. */
  readonly present: number;
  readonly refused: readonly RefusedRow[];
}

/** A row that is valid by itself, with the unique values that it would take. */
interface ValidRow extends AcceptedRow {
  readonly values: UniqueValues;
}

/** Errors that are about one row; others end the import. */
const OF_A_ROW: readonly string[] = [
  'InvalidInput',
  'UsernameAlreadyExists',
  'EmailAlreadyExists',
  'PhoneAlreadyExists',
  'IdentityAlreadyExists',
];

/**
 * Checks rows, batch after batch: by themselves, against the rows before them that can be taken, and
 * against the table. All unique values of a batch are looked up together, 100 in a request.
 */
export class RowChecker implements RowWork {
  readonly #core: AccountsCore;
  readonly #quota: AccountQuota;
  readonly #pace: Pace;
  readonly #seen = new SeenKeys();

  constructor(core: AccountsCore, quota: AccountQuota, pace: Pace) {
    this.#core = core;
    this.#quota = quota;
    this.#pace = pace;
  }

  async work(rows: readonly unknown[], firstRow: number): Promise<BatchOutcome> {
    const { accepted, ...counts } = await this.check(rows, firstRow);
    return { accounts: accepted.length, ...counts };
  }

  async check(rows: readonly unknown[], firstRow: number): Promise<CheckedBatch> {
    const refused: RefusedRow[] = [];
    const valid = rows.flatMap((value, at): ValidRow[] => {
      const row = firstRow + at;
      try {
        return [{ row, ...this.#validate(value) }];
      } catch (error) {
        refused.push(refusedRow(row, foreignIdOf(value), error));
        return [];
      }
    });
    const owners = await this.#readOwners(valid);
    const accepted: AcceptedRow[] = [];
    let present = 0;
    for (const each of valid) {
      const refusal = this.#repeated(each) ?? (await this.#refusedByTable(each, owners));
      if (refusal === 'present') present++;
      else if (refusal) refused.push(refusal);
      else {
        accepted.push({ row: each.row, parsed: each.parsed });
        for (const { key } of allOf(each.values)) this.#seen.add(textOf(key), each.row);
      }
    }
    return { accepted, present, refused: refused.sort((a, b) => a.row - b.row) };
  }

  #validate(value: unknown): Pick<ValidRow, 'parsed' | 'values'> {
    if (value instanceof UnreadableRow) {
      throw new AccountError('InvalidInput', { path: '', reason: value.reason });
    }
    const parsed = parseRow(this.#core, value);
    return {
      parsed,
      values: uniqueValuesOf(this.#core, planAccount(this.#core, this.#quota, parsed)),
    };
  }

  /** The owners of all unique values of a batch, by their keys. */
  async #readOwners(rows: readonly ValidRow[]): Promise<ReadonlyMap<string, UniqueOwner>> {
    const references = rows.flatMap(({ values }) => allOf(values));
    await this.#pace.take(references.length);
    const owners = await this.#core.table.batchGet(references, { consistent: true });
    return new Map(
      references.flatMap(({ key }, at) => {
        const owner = owners[at];
        return owner ? [[textOf(key), owner]] : [];
      }),
    );
  }

  /** The refusal of a row with a value that an earlier row has. */
  #repeated({ row, parsed, values }: ValidRow): RefusedRow | undefined {
    for (const reference of allOf(values)) {
      const sameAsRow = this.#seen.rowOf(textOf(reference.key));
      if (sameAsRow === undefined) continue;
      const error = takenError(parsed, values, reference);
      return { row, foreignId: parsed.foreignId, error, sameAsRow };
    }
    return undefined;
  }

  async #refusedByTable(
    { row, parsed, values }: ValidRow,
    owners: ReadonlyMap<string, UniqueOwner>,
  ): Promise<RefusedRow | 'present' | undefined> {
    const taken = allOf(values).filter(({ key }) => owners.has(textOf(key)));
    if (taken.includes(values.foreignId)) {
      // Another row with this id is none that an import has made.
      this.#seen.add(textOf(values.foreignId.key), row);
      return 'present';
    }
    for (const reference of taken) {
      const contact = parsed.contacts[values.contacts.indexOf(reference)];
      const claim = contact && (await findClaim(this.#core, contact.data, contact.verified));
      if (claim) continue;
      // By the very account, which another import has made while the values were read.
      if (await isPresent(this.#core, parsed)) return 'present';
      const error = takenError(parsed, values, reference);
      return { row, foreignId: parsed.foreignId, error };
    }
    return undefined;
  }
}

/** Tells whether there is an account with a row's foreign id. */
export async function isPresent(
  { accounts }: Pick<AccountsCore, 'accounts'>,
  { foreignId }: ParsedRow,
): Promise<boolean> {
  const { key } = await accounts.findKey({ filter: { foreignId } });
  return key !== null;
}

/**
 * The refusal that an error is for a row.
 *
 * @throws the error itself, if it is not about the row.
 */
export function refusedRow(row: number, foreignId: string | undefined, error: unknown): RefusedRow {
  const known = EntityError.is(error) ? toAccountError(error) : error;
  if (!AccountError.is(known) || !OF_A_ROW.includes(known.code)) throw error;
  return { row, ...(foreignId !== undefined && { foreignId }), error: known };
}

function allOf({ foreignId, username, contacts }: UniqueValues): readonly UniqueReference[] {
  return [foreignId, ...(username ? [username] : []), ...contacts];
}

function takenError(
  { contacts }: ParsedRow,
  values: UniqueValues,
  reference: UniqueReference,
): AnyAccountError {
  if (reference === values.foreignId) {
    return new AccountError('IdentityAlreadyExists', { path: 'foreignId' });
  }
  if (reference === values.username) {
    return new AccountError('UsernameAlreadyExists', { path: 'username' });
  }
  return contactTaken(contacts[values.contacts.indexOf(reference)]?.data.kind);
}

function textOf({ PK, SK }: UniqueReference['key']): string {
  return `${PK}\0${SK}`;
}

/** The foreign id of a row that is not valid, if that can be shown. */
function foreignIdOf(value: unknown): string | undefined {
  const { foreignId } = (value ?? {}) as { readonly foreignId?: unknown };
  return typeof foreignId === 'string' && foreignId.length <= 256 ? foreignId : undefined;
}
