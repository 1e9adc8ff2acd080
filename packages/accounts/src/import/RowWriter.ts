import type { Pace } from '@latchkey/entity';
import { takingClaims, type TakenClaims } from '../core/claims.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import type { AccountQuota } from '../quota/AccountQuota.js';
import type { RefusedRow } from './ImportOptions.js';
import type { BatchOutcome, RowWork } from './RowWork.js';
import { planAccount, prepareAccount } from './planAccount.js';
import { isPresent, refusedRow, type AcceptedRow, type RowChecker } from './RowChecker.js';

/** How accounts are written. */
export interface RowWriterOptions {
  /** Checks each batch once more: since the first pass, the table and the source may have changed. */
  readonly checker: RowChecker;
  readonly pace: Pace;
  /** How many accounts are written at once. */
  readonly concurrency: number;
}

/** Writes the accounts of rows, each in one transaction. */
export class RowWriter implements RowWork {
  readonly #core: AccountsCore;
  readonly #quota: AccountQuota;
  readonly #options: RowWriterOptions;

  constructor(core: AccountsCore, quota: AccountQuota, options: RowWriterOptions) {
    this.#core = core;
    this.#quota = quota;
    this.#options = options;
  }

  async work(rows: readonly unknown[], firstRow: number): Promise<BatchOutcome> {
    const { checker, concurrency } = this.#options;
    const { accepted, present, refused } = await checker.check(rows, firstRow);
    const left = accepted.values();
    const outcomes: (RefusedRow | 'present' | 'written')[] = [];
    const failures: unknown[] = [];
    await Promise.all(
      Array.from({ length: concurrency }, async () => {
        for (const row of left) {
          if (failures.length > 0) return;
          await this.#write(row).then(
            (outcome) => outcomes.push(outcome),
            (error: unknown) => failures.push(error),
          );
        }
      }),
    );
    // Only now, so that nothing goes on in the background.
    if (failures.length > 0) throw failures[0];
    const others = outcomes.filter((outcome) => typeof outcome === 'object');
    return {
      accounts: outcomes.filter((outcome) => outcome === 'written').length,
      present: present + outcomes.filter((outcome) => outcome === 'present').length,
      refused: [...refused, ...others].sort((a, b) => a.row - b.row),
    };
  }

  async #write({ row, parsed }: AcceptedRow): Promise<RefusedRow | 'present' | 'written'> {
    const { pace } = this.#options;
    const planned = planAccount(this.#core, this.#quota, parsed);
    const transact = async (claims: TakenClaims): Promise<void> => {
      const { operations, units } = await prepareAccount(this.#core, planned, claims);
      await pace.take(units);
      await this.#quota.transact(operations);
    };
    const [proven, unproven] = [true, false].map((isVerified) =>
      parsed.contacts.filter(({ verified }) => verified === isVerified).map(({ data }) => data),
    );
    try {
      // What was verified in the other system comes before what nobody has proven here.
      await takingClaims(this.#core, { contacts: proven ?? [], isProven: true }, (given) =>
        takingClaims(this.#core, { contacts: unproven ?? [] }, (lapsed) =>
          transact(new Map([...given, ...lapsed])),
        ),
      );
      return 'written';
    } catch (error) {
      const refused = refusedRow(row, parsed.foreignId, error);
      // Another import at the same time, or this one, whose answer was lost, may have made the very account.
      return (await isPresent(this.#core, parsed)) ? 'present' : refused;
    }
  }
}
