import { readInput } from '../errors/requireObject.js';
import type { AnyEntityDefinition } from '@latchkey/schema';
import type { ActingAccount } from '../core/actingAccount.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { changeAccount } from '../core/changeAccount.js';
import { AccountError } from '../errors/AccountError.js';
import {
  exportedAccount,
  exportedContact,
  exportedSession,
  exportedToken,
} from './exportedDocuments.js';
import type { JsonObject } from './JsonObject.js';
import { toJsonObject } from './toJson.js';

/** All data of an account, as plain JSON. */
export interface AccountExport {
  /** The account's own fields, also those that the application has defined. */
  readonly account: JsonObject;
  /** `contactId`, `kind`, `value`, `verified`, times, and what belongs to the kind. */
  readonly contacts: readonly JsonObject[];
  /** Client address, device and times of sessions that have not expired long ago. */
  readonly sessions: readonly JsonObject[];
  /** Kind, times and use of tokens, without their values. */
  readonly tokens: readonly JsonObject[];
  /** The documents of the application's own entities, by the entity's name. */
  readonly related: Readonly<Record<string, readonly JsonObject[]>>;
}

/** Input of {@link AccountLifecycle.export}. */
export type ExportAccountInput = ActingAccount & {
  /** Entities of the application with documents in the account's partition (default: none). */
  readonly include?: readonly AnyEntityDefinition[];
};

/** Export of an account's data. */
export class AccountExporter {
  readonly #core: AccountsCore;

  /** @internal */
  constructor(core: AccountsCore) {
    this.#core = core;
  }

  /** Carries out {@link AccountLifecycle.export}. */
  async exportAccount(input: ExportAccountInput): Promise<AccountExport> {
    input = readInput(input);
    return changeAccount(this.#core, { flow: 'ExportUser', input }, async (flow) => {
      const { accountId } = flow.actor;
      const include = this.#parseInclude(input.include);
      const { sessionEntity } = this.#core;
      const [account, { items: sessions }, ...documents] = await Promise.all([
        flow.load({ session: true }),
        sessionEntity.findMany({ filter: { accountId }, consistent: true }),
        ...include.map((definition) => this.#documentsOf(definition, accountId)),
      ]);
      return {
        account: exportedAccount(account, this.#core.accountFields),
        contacts: account.accessTypes.map(exportedContact),
        sessions: sessions.map(exportedSession),
        tokens: account.tokens.map(exportedToken),
        related: Object.fromEntries(
          include.map(({ name }, at) => [name, documents[at] ?? []] as const),
        ),
      };
    });
  }

  async #documentsOf(definition: AnyEntityDefinition, accountId: string): Promise<JsonObject[]> {
    const filter = { [partitionField(definition) ?? '']: accountId };
    const found = this.#core.table.entity(definition).findMany({ filter, consistent: true });
    const { items } = await found;
    return items.map((item) => toJsonObject(item));
  }

  #parseInclude(include: unknown = []): readonly AnyEntityDefinition[] {
    if (!Array.isArray(include)) throw invalid('include', 'notAList');
    for (const [at, each] of include.entries()) {
      if (!this.#isRelated(each)) throw invalid(`include.${at}`, 'notRelated');
    }
    return include as AnyEntityDefinition[];
  }

  /**
   * Tells whether a definition's documents live in the partition of accounts, under their id alone.
   */
  #isRelated(definition: unknown): definition is AnyEntityDefinition {
    const { indexes } = (definition as Partial<AnyEntityDefinition> | null | undefined) ?? {};
    const [own] = this.#core.accounts.definition.indexes;
    return (
      indexes?.[0].partition === own.partition &&
      partitionField(definition as AnyEntityDefinition) !== undefined
    );
  }
}

/** The field whose value is the account's id. */
function partitionField({ indexes }: AnyEntityDefinition): string | undefined {
  const [part, ...more] = indexes[0].PK;
  return part?.kind === 'field' && more.length === 0 ? part.path : undefined;
}

function invalid(path: string, reason: string): AccountError<'InvalidInput'> {
  return new AccountError('InvalidInput', { path, reason });
}
