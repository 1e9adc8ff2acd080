import type { AccessType, AccountToken, Infer } from '@latchkey/schema';
import type { AccountDocument } from '../core/SessionRequest.js';

/** An account as a login reads it: in one Query, with its contacts and tokens. */
export interface AccountOfLogin extends AccountDocument {
  readonly accessTypes: readonly Infer<typeof AccessType>[];
  readonly tokens: readonly Infer<typeof AccountToken>[];
}
