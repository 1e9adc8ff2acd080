import {
  uniqueReferences,
  writeUnits,
  type TransactOperation,
  type UniqueReference,
} from '@latchkey/entity';
import { claimOperation, type NewContact, type TakenClaims } from '../core/claims.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { TWO_FACTOR_PURPOSE } from '../core/requiredSecondFactor.js';
import { elsewhereMark } from '../passwords/elsewhere.js';
import type { AccountQuota } from '../quota/AccountQuota.js';
import type { ParsedContact, ParsedRow } from './parseRow.js';

type PlanCore = Pick<
  AccountsCore,
  'accessTypes' | 'accounts' | 'passwords' | 'table' | 'tokens' | 'twoFactor'
>;
type NewAccountDocument = Parameters<PlanCore['accounts']['createOneOperation']>[0];
type NewToken = Parameters<PlanCore['tokens']['createOneOperation']>[0];

/** The documents of an account that is to be imported. */
export interface PlannedAccount {
  readonly account: NewAccountDocument;
  readonly contacts: readonly { readonly contact: ParsedContact; readonly create: NewContact }[];
  readonly tokens: readonly NewToken[];
}

/** The unique values that an account would take. */
export interface UniqueValues {
  readonly foreignId: UniqueReference;
  readonly username: UniqueReference | undefined;
  /** In the order of the row's contacts. */
  readonly contacts: readonly UniqueReference[];
}

/** The generation of the sessions of an account that has never revoked any. */
const FIRST_GENERATION = '0';

/** Plans the documents of an account: the same that `createAccount` makes, and a second factor. */
export function planAccount(
  { table, twoFactor }: PlanCore,
  quota: Pick<AccountQuota, 'ofNewAccount'>,
  row: ParsedRow,
): PlannedAccount {
  const accountId = table.newUlid();
  const { createdAt, passwordHash, verifyElsewhere, totpSecret } = row;
  const value = verifyElsewhere ? elsewhereMark(FIRST_GENERATION) : passwordHash;
  const sealed = totpSecret && twoFactor.sealForeignSecret?.(accountId, totpSecret);
  return {
    account: {
      item: {
        ...row.fields,
        ...quota.ofNewAccount,
        accountId,
        permissions: [`admin_profile:${accountId}`],
      },
      ...(createdAt && { createdAt }),
    },
    // Not of `createdAt`: what is not verified can still be, for as long as after a sign-up.
    contacts: row.contacts.map((contact) => ({
      contact,
      create: { item: { accountId, verified: contact.verified, data: contact.data } },
    })),
    tokens: [
      ...(value === undefined
        ? []
        : [
            {
              item: {
                accountId,
                kind: 'password' as const,
                createdFor: accountId,
                reason: 'import',
                value,
              },
            },
          ]),
      ...(sealed
        ? [
            {
              item: {
                accountId,
                kind: 'twoFactorAuth' as const,
                createdFor: TWO_FACTOR_PURPOSE.totp,
                value: sealed,
                // Every later step is newer than any of the other system.
                lastUsedStep: 0,
              },
            },
          ]
        : []),
    ],
  };
}

/**
 * The unique values of a planned account. Every document is validated by that, as it will be when it is
 * written; hooks do not run.
 *
 * @throws EntityError `InvalidInput`, `InvalidKey`, `UnsupportedValue`
 */
export function uniqueValuesOf(
  { accessTypes, accounts, table, tokens }: PlanCore,
  { account, contacts, tokens: newTokens }: PlannedAccount,
): UniqueValues {
  for (const token of newTokens) tokens.createOneParams(token);
  // In the order of the definition's indexes.
  const [first, second] = referencesOf(table, accounts.createOneParams(account));
  const foreignId = second ?? first;
  if (!foreignId) throw new Error('An account has no unique value for its foreign id.');
  return {
    foreignId,
    username: second && first,
    contacts: contacts.flatMap(({ create }) =>
      referencesOf(table, accessTypes.createOneParams(create)),
    ),
  };
}

function referencesOf(
  table: PlanCore['table'],
  params: ReturnType<PlanCore['accounts']['createOneParams']>,
): UniqueReference[] {
  return uniqueReferences(table, 'TransactItems' in params ? (params.TransactItems ?? []) : []);
}

/** Writes of an account, ready to be sent, and what they cost. */
export interface PreparedAccount {
  readonly operations: readonly TransactOperation<unknown>[];
  /** In write request units. */
  readonly units: number;
}

/** Prepares the writes of a planned account; its hooks run. */
export async function prepareAccount(
  core: PlanCore,
  { account, contacts, tokens }: PlannedAccount,
  claims: TakenClaims,
): Promise<PreparedAccount> {
  const operations: TransactOperation<unknown>[] = [
    core.accounts.createOneOperation(account),
    ...tokens.map((token) => core.tokens.createOneOperation(token)),
    ...contacts.map(({ create }) => claimOperation(core, create, claims)),
  ];
  const plans = await Promise.all(operations.map((operation) => operation.prepare()));
  const writes = plans.flatMap((plan) => plan.writes.map(({ action }) => action));
  return {
    operations: plans.map((plan) => ({ prepare: () => Promise.resolve(plan) })),
    units: writeUnits(writes),
  };
}
