import { Pace } from '@latchkey/entity';
import type { AccountFields } from '@latchkey/schema';
import type { Accounts } from '../accounts/Accounts.js';
import { findFlows } from '../accounts/flowsOf.js';
import { AccountError } from '../errors/AccountError.js';
import { invalidOption } from '../errors/invalidOption.js';
import { readFrom, readInput } from '../errors/requireObject.js';
import { withAccountErrors } from '../errors/withAccountErrors.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import type { AccountQuota } from '../quota/AccountQuota.js';
import { batchesOf } from './batchesOf.js';
import type { ImportOptions, ImportProgress, ImportResult, RefusedRow } from './ImportOptions.js';
import type { ImportSource } from './ImportRow.js';
import { RowChecker } from './RowChecker.js';
import { RowWriter } from './RowWriter.js';
import type { RowWork } from './RowWork.js';

const DEFAULT_CONCURRENCY = 8;
const HIGHEST_CONCURRENCY = 64;
/** How many refused rows a result holds, so that its memory has a bound. */
const MAX_LISTED = 1000;

/**
 * Brings people along from another system. The source is read twice: the first pass validates every row,
 * by itself, against the other rows and against the table; the second one writes each account with its
 * contacts, password and second factor in one transaction. If a row cannot be taken, nothing is written,
 * unless `skipRefused` is set.
 *
 * Call it again after an interruption: a row whose `foreignId` has an account is passed over, with a
 * hundredth of a request. No message is sent, and no event is emitted. Hooks of the entities run.
 *
 * @param source - called once for each pass.
 * @throws AccountError `InvalidConfiguration` for options, and for rows that need an option which the
 *   application does not have; `TrialExceededLimit` before anything is written, if the rows are more than
 *   the plan allows; `ServiceUnavailable`; and whatever `source` and `onProgress` throw.
 * @example
 * ```ts
 * import type { Accounts } from '@latchkey/accounts';
 * import { importAccounts, readUsers } from '@latchkey/accounts/import';
 *
 * export async function bringAlong(accounts: Accounts) {
 *   const { outcome, accounts: created, refused } = await importAccounts(
 *     accounts,
 *     readUsers('users.json', 'firebase'),
 *     { rate: 500, onProgress: ({ phase, rows }) => console.log(phase, rows) },
 *   );
 *   for (const { row, error } of refused) console.error(row, error.code, error.details);
 *   return `${outcome}: ${created} accounts`;
 * }
 * ```
 */
export async function importAccounts<F extends AccountFields>(
  accounts: Accounts<F>,
  source: ImportSource,
  options: ImportOptions = {},
): Promise<ImportResult> {
  const core = readFrom('accounts', () => findFlows(accounts)?.core);
  if (!core) throw invalidOption('accounts', 'It must be an Accounts.');
  options = readInput(options);
  const { signal, dryRun = false, skipRefused = false, rate = Infinity } = options;
  const { concurrency = DEFAULT_CONCURRENCY } = options;
  assertOptions(source, rate, concurrency);
  const { quota } = accounts;
  const readPace = new Pace(rate, signal);
  const run = new ImportRun(source, options);
  return withAccountErrors(async () => {
    const checked = await run.pass('validate', new RowChecker(core, quota, readPace));
    const result = { ...checked, refused: run.listed };
    if (run.isStopped()) return { ...result, outcome: 'stopped' };
    await assertPlaces(core, quota, checked.accounts);
    if (dryRun) return { ...result, outcome: 'validated' };
    if (checked.refusedCount > 0 && !skipRefused) {
      return { ...result, accounts: 0, outcome: 'refused' };
    }
    const writer = new RowWriter(core, quota, {
      checker: new RowChecker(core, quota, readPace),
      pace: new Pace(rate, signal),
      // They would all wait for the one counter of accounts.
      concurrency: core.plan.maxAccounts === undefined ? concurrency : 1,
    });
    const written = await run.pass('write', writer);
    return {
      ...written,
      refused: run.listed,
      outcome: run.isStopped() ? 'stopped' : 'imported',
    };
  });
}

type Counts = Omit<ImportProgress, 'phase' | 'refused'>;

/** Reads the source, pass after pass, and keeps account of what becomes of its rows. */
class ImportRun {
  readonly #source: ImportSource;
  readonly #options: ImportOptions;
  #listed: RefusedRow[] = [];

  constructor(source: ImportSource, options: ImportOptions) {
    this.#source = source;
    this.#options = options;
  }

  /** The first rows that the last pass has refused. */
  get listed(): readonly RefusedRow[] {
    return this.#listed;
  }

  isStopped(): boolean {
    return this.#options.signal?.aborted === true;
  }

  async pass(phase: ImportProgress['phase'], work: RowWork): Promise<Counts> {
    let counts: Counts = { rows: 0, accounts: 0, present: 0, refusedCount: 0 };
    this.#listed = [];
    if (this.isStopped()) return counts;
    for await (const rows of batchesOf(this.#source())) {
      const { accounts, present, refused } = await work.work(rows, counts.rows + 1);
      counts = {
        rows: counts.rows + rows.length,
        accounts: counts.accounts + accounts,
        present: counts.present + present,
        refusedCount: counts.refusedCount + refused.length,
      };
      this.#listed.push(...refused.slice(0, MAX_LISTED - this.#listed.length));
      await this.#options.onProgress?.({ phase, ...counts, refused });
      if (this.isStopped()) break;
    }
    return counts;
  }
}

/** @throws AccountError `TrialExceededLimit` */
async function assertPlaces(
  { plan: { maxAccounts } }: Pick<AccountsCore, 'plan'>,
  quota: AccountQuota,
  needed: number,
): Promise<void> {
  if (maxAccounts === undefined) return;
  const { taken } = await quota.getUsage();
  if (taken + needed > maxAccounts) throw new AccountError('TrialExceededLimit', { maxAccounts });
}

/** @throws AccountError `InvalidConfiguration` */
function assertOptions(source: unknown, rate: unknown, concurrency: unknown): void {
  if (typeof source !== 'function') {
    throw invalidOption('source', 'It must be a function that gives the rows.');
  }
  if (typeof rate !== 'number' || !(rate > 0)) {
    throw invalidOption('rate', 'It must be a number above 0.');
  }
  const isWhole = Number.isInteger(concurrency);
  if (!isWhole || Number(concurrency) < 1 || Number(concurrency) > HIGHEST_CONCURRENCY) {
    throw invalidOption(
      'concurrency',
      `It must be a whole number from 1 to ${HIGHEST_CONCURRENCY}.`,
    );
  }
}
