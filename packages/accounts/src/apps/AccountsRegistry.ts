import type { Table } from '@latchkey/entity';
import type { AccountFields } from '@latchkey/schema';
import { Accounts, type AccountsOptions } from '../accounts/Accounts.js';
import { defineAccount } from '../guard/defineAccount.js';
import type { NoFields } from '../guard/OwnFields.js';
import type { AccountListing } from '../core/AccountListing.js';
import { withPath } from '../errors/withPath.js';
import { AccountError } from '../errors/AccountError.js';
import { invalidOption } from '../errors/invalidOption.js';
import { parseEnvironment } from '../sandbox/parseEnvironment.js';
import { Sandbox, type Environment } from '../sandbox/Sandbox.js';
import { audienceOf, parseAppId } from '../guard/appId.js';

/** Options that each application can set for itself. */
export type AppOptions = Partial<
  Omit<AccountsOptions, 'table' | 'appId' | 'environment' | 'accountFields' | 'listing'>
>;

/** Input of {@link AccountsRegistry}: the applications, and their default options. */
export interface AccountsRegistryOptions<F extends AccountFields = NoFields> extends AppOptions {
  /** Table for the accounts of all applications, each in a separate namespace. */
  readonly table: Table;
  /**
   * The applications by id: 1 to 64 letters, digits, `.`, `_` and `-`. An option of an application
   * replaces the default of the same name entirely.
   */
  readonly apps: Readonly<Record<string, AppOptions>>;
  /** See {@link AccountsOptions.environment}; one for all applications. */
  readonly environment?: Environment;
  /** See {@link AccountsOptions.accountFields}; the same for all applications. */
  readonly accountFields?: F;
  /** See {@link AccountsOptions.listing}; the same for all applications. */
  readonly listing?: AccountListing;
}

const FOR_ALL = ['table', 'appId', 'environment', 'accountFields', 'listing'];

/**
 * The accounts of several applications in one table. Each has its own users, policies, limits and
 * secrets: the same username in two applications is two accounts, and tokens of one application are
 * not valid in another, even if both sign with the same secret.
 *
 * @example
 * ```ts
 * import { AccountsRegistry } from '@latchkey/accounts';
 * import type { Table } from '@latchkey/entity';
 *
 * export const makeRegistry = (table: Table, secretOf: (appId: string) => string) =>
 *   new AccountsRegistry({
 *     table,
 *     apps: {
 *       shop: { sessions: { getTokenSecret: () => secretOf('shop') } },
 *       forum: {
 *         sessions: { getTokenSecret: () => secretOf('forum') },
 *         plan: { paymentsMode: 'test', trialDays: 14, maxAccounts: 100 },
 *       },
 *     },
 *   });
 * ```
 */
export class AccountsRegistry<F extends AccountFields = NoFields> {
  readonly #apps: ReadonlyMap<string, Accounts<F>>;
  /** Sandbox of all applications: a table for testing, which can be emptied. */
  readonly sandbox: Sandbox;

  /**
   * @throws AccountError `InvalidConfiguration` for an option that cannot be used, with its
   *   application in the path (`apps.forum.plan.trialDays`); also without any application, and if
   *   two applications have the same token audience.
   */
  constructor({
    apps,
    table,
    environment,
    accountFields,
    listing,
    ...defaults
  }: AccountsRegistryOptions<F>) {
    const given = entriesOf(apps);
    // Once: a table takes one definition of the account.
    const definition = defineAccount(accountFields);
    this.#apps = new Map(
      given.map(([appId, own]) => {
        const at = `apps.${parseAppId(appId, 'apps')}`;
        assertOwn(own, at);
        const options = { ...defaults, ...own };
        const { sessions } = options;
        if (!sessions)
          throw invalidOption(`${at}.sessions`, 'Set it for this application, or for all of them.');
        const all = {
          table,
          appId,
          ...(environment !== undefined && { environment }),
          ...(listing !== undefined && { listing }),
        };
        const create = (): Accounts<F> =>
          new Accounts<F>(
            { ...options, ...all, ...(accountFields && { accountFields }), sessions },
            definition,
          );
        return [appId, withPath(at, create)] as const;
      }),
    );
    assertAudiences(given, defaults);
    this.sandbox = new Sandbox({
      table,
      contents: table,
      environment: parseEnvironment(environment),
    });
  }

  /** The ids of the applications. */
  get appIds(): readonly string[] {
    return [...this.#apps.keys()];
  }

  /**
   * The accounts of one application.
   *
   * @param appId - of any type, such as a value from a request.
   * @throws AccountError `AppIdNotSet` if it is missing or empty; `AppIdNotValid` if no application
   *   has this id.
   */
  app(appId: unknown): Accounts<F> {
    if (appId === undefined || appId === null || appId === '') {
      throw new AccountError('AppIdNotSet', {});
    }
    const accounts = typeof appId === 'string' ? this.#apps.get(appId) : undefined;
    if (!accounts) throw new AccountError('AppIdNotValid', {});
    return accounts;
  }
}

function entriesOf(apps: unknown): [string, AppOptions][] {
  const entries =
    typeof apps === 'object' && apps !== null && !Array.isArray(apps)
      ? Object.entries(apps as AccountsRegistryOptions['apps'])
      : [];
  if (entries.length === 0)
    throw invalidOption('apps', 'It must be an object with at least one application, by id.');
  return entries;
}

function assertOwn(own: unknown, at: string): void {
  if (typeof own !== 'object' || own === null) throw invalidOption(at, 'It must be an object.');
  const option = FOR_ALL.find((name) => name in own);
  if (option !== undefined)
    throw invalidOption(
      `${at}.${option}`,
      'Set it on the registry: it is the same for all applications.',
    );
}

/** A token must tell by itself which application it is for (ASVS 9.2.4). */
function assertAudiences(
  given: readonly (readonly [string, AppOptions])[],
  defaults: AppOptions,
): void {
  const taken = new Set<string>();
  for (const [appId, own] of given) {
    const audience = (own.sessions ?? defaults.sessions)?.audience ?? audienceOf(appId);
    if (taken.has(audience)) {
      throw invalidOption(
        `apps.${appId}.sessions.audience`,
        'Another application has the same audience.',
      );
    }
    taken.add(audience);
  }
}
