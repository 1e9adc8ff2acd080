import type { Entity, TransactOperation } from '@latchkey/entity';
import type { Account, AccountToken, Infer } from '@latchkey/schema';
import type { AccountEntity } from '../accounts/AccountEntity.js';
import type { OneTimeTokens } from '../oneTimeTokens/OneTimeTokens.js';

/** What a new password needs to know of its account. */
export interface PasswordHolder {
  readonly account: Infer<typeof Account> & { readonly tokens: Infer<typeof AccountToken>[] };
  /** The `ulid` of a token that the same transaction uses up already. */
  readonly except?: string;
  readonly now: Date;
}

/** DynamoDB takes 100 writes in a transaction; these are the newest. */
const MAX_PENDING = 90;

/**
 * The writes that give an account a new password: the hash, a new generation, which ends every
 * session, and the end of every token that was sent out before (a reset link must not survive the
 * password that it was for).
 */
export function replacePassword(
  { account, except, now }: PasswordHolder,
  value: string,
  sessionGeneration: string,
  entities: {
    readonly accounts: AccountEntity;
    readonly tokens: Entity<typeof AccountToken>;
    readonly oneTimeTokens: OneTimeTokens;
  },
): TransactOperation<unknown>[] {
  const { accountId } = account;
  const password = account.tokens.filter(({ kind }) => kind === 'password').at(-1);
  const pending = account.tokens.filter(
    ({ kind, used, ulid, expiresAt }) =>
      kind !== 'password' &&
      used !== true &&
      ulid !== except &&
      // DynamoDB may be removing an expired one at this moment, which would stop the transaction.
      (expiresAt === undefined || expiresAt > now),
  );
  return [
    entities.accounts.updateOneOperation({
      filter: { accountId },
      update: { $set: { sessionGeneration } },
    }),
    password
      ? entities.tokens.updateOneOperation({
          filter: {
            accountId,
            kind: 'password',
            createdFor: password.createdFor,
            ulid: password.ulid,
          },
          update: { $set: { value } },
        })
      : entities.tokens.createOneOperation({
          item: { accountId, kind: 'password', createdFor: accountId, value },
        }),
    ...pending.slice(-MAX_PENDING).map((token) => entities.oneTimeTokens.useOperation(token)),
  ];
}
