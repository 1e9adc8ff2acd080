import type { Entity } from '@latchkey/entity';
import type { AccessType, Account, AccountAttempts, AccountToken } from '@latchkey/schema';

/** The accounts, with what can be read along with them in one Query. */
export type AccountEntity = Entity<
  typeof Account,
  {
    readonly accessTypes: typeof AccessType;
    readonly attempts: typeof AccountAttempts;
    readonly tokens: typeof AccountToken;
  }
>;
