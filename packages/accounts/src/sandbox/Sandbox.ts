import {
  isTableEmpty,
  clearTable,
  EntityError,
  type ClearProgress,
  type Entity,
  type Table,
} from '@latchkey/entity';
import { SandboxMark } from '@latchkey/schema';
import { AccountError } from '../errors/AccountError.js';
import { withAccountErrors } from '../errors/withAccountErrors.js';
import { readObject } from '../errors/requireObject.js';

/** Tells whether the accounts are live or for testing. */
export type Environment = 'live' | 'sandbox';

/** Input of {@link Sandbox.reset}. */
export interface ResetSandboxInput {
  /**
   * Called and awaited after at most every 25 items, with the number deleted so far. An error that
   * it throws ends the call.
   */
  readonly onProgress?: (progress: ClearProgress) => unknown;
}

/** Scope in which a sandbox is made and emptied. */
export interface SandboxScope {
  /** The table as the application has given it, in which the mark is. */
  readonly table: Table;
  /** Contents that a reset empties: the table, or the namespace of one application in it. */
  readonly contents: Table;
  readonly environment: Environment;
}

const mark = { mark: 'sandbox' } as const;

/** A separate table for testing, which can be emptied. */
export class Sandbox {
  readonly #scope: SandboxScope;
  readonly #marks: Entity<typeof SandboxMark>;

  /** @internal */
  constructor(scope: SandboxScope) {
    this.#scope = scope;
    this.#marks = scope.table.entity(SandboxMark);
  }

  /**
   * Creates the table, unless it exists, and marks it as a sandbox, which is possible only while it
   * is empty. It can be called again, also after a failure.
   *
   * @throws AccountError `NotASandbox` unless `environment` is `sandbox`; `SandboxNotMarked` for a
   *   table that is neither empty nor marked; `ServiceUnavailable`.
   */
  async createTable(): Promise<void> {
    this.#assertSandbox();
    const { table } = this.#scope;
    await withAccountErrors(async () => {
      await table.ensure();
      // In this order: in a sandbox, nothing is older than the mark.
      if (await isTableEmpty(table)) await this.#setMark();
      else await this.#assertMarked();
    });
  }

  /**
   * Empties a sandbox, including the application's own entities, but keeps the mark. With an
   * `appId`, only that application's part is deleted; otherwise the whole table, or the namespace
   * that was given as the table. An interrupted call can be repeated.
   *
   * @throws AccountError, before anything is deleted, `InvalidInput`; `NotASandbox` unless
   *   `environment` is `sandbox`; `SandboxNotMarked` for a table that was not created by
   *   `sandbox.createTable`. Also `ServiceUnavailable`.
   */
  async reset(input: ResetSandboxInput = {}): Promise<ClearProgress> {
    input = readObject(input, '');
    const { onProgress } = input;
    if (onProgress !== undefined && typeof onProgress !== 'function') {
      throw new AccountError('InvalidInput', { path: 'onProgress', reason: 'notAFunction' });
    }
    this.#assertSandbox();
    return withAccountErrors(async () => {
      await this.#assertMarked();
      const keep = [this.#marks.reference(mark)];
      return clearTable(this.#scope.contents, { keep, ...(onProgress && { onProgress }) });
    });
  }

  #assertSandbox(): void {
    if (this.#scope.environment !== 'sandbox') throw new AccountError('NotASandbox', {});
  }

  async #assertMarked(): Promise<void> {
    const { item } = await this.#marks.findOne({ filter: mark, consistent: true });
    if (!item) throw new AccountError('SandboxNotMarked', {});
  }

  async #setMark(): Promise<void> {
    try {
      await this.#marks.createOne({ item: mark });
    } catch (error) {
      // Several at once mark it once.
      if (!EntityError.is(error) || error.code !== 'AlreadyExists') throw error;
    }
  }
}
