import type { Entity } from '@latchkey/entity';
import type { AccessType, Account, AccountToken } from '@latchkey/schema';

/** The accounts, with what can be read along with them. */
export type AccountEntity = Entity<
  typeof Account,
  { readonly accessTypes: typeof AccessType; readonly tokens: typeof AccountToken }
>;
