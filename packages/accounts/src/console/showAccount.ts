import { failuresInARow } from '../throttling/Throttle.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import type { Account, Contact } from '../core/Account.js';
import { pendingTokens } from '../core/pendingTokens.js';
import { isSessionActive } from '../core/sessionState.js';
import type { SessionDocument } from '../core/VerifiedRequests.js';
import {
  exportedAccount,
  exportedContact,
  exportedSession,
  exportedToken,
} from '../lifecycle/exportedDocuments.js';
import type { JsonObject } from '../lifecycle/JsonObject.js';
import type { AccountDocument } from '../requests/SessionRequest.js';
import { factorsOf, unusedRecoveryCodes } from '../twoFactor/readFactors.js';
import type {
  ShownAccount,
  ShownContact,
  ShownFactors,
  ShownSession,
  ShownSessions,
  ShownToken,
} from './api.js';

/** Fields of an account that the console shows by name; all others are the application's own. */
type ShownField =
  | 'accountId'
  | 'username'
  | 'foreignId'
  | 'permissions'
  | 'deactivated'
  | 'deleting'
  | 'createdAt'
  | 'updatedAt'
  | 'profile';

/** Renders an account for the page. No secret, digest or value of a token is in it. */
export function showAccount(
  core: AccountsCore,
  account: Account,
  sessions: ShownSessions,
): ShownAccount {
  const shown = exportedAccount(account, core.accountFields);
  const { profile = {}, deleting = false, ...fields } = shown;
  const ownFields = Object.fromEntries(
    Object.entries(shown).filter(([name]) => core.accountFields.includes(name)),
  );
  const named = Object.fromEntries(
    Object.entries(fields).filter(([name]) => !core.accountFields.includes(name)),
  ) as unknown as Pick<ShownAccount, Exclude<ShownField, 'deleting' | 'profile'>>;
  const password = account.tokens.find(({ kind }) => kind === 'password');
  return {
    ...named,
    deleting: deleting === true,
    profile: profile as JsonObject,
    ownFields,
    contacts: [
      ...account.accessTypes.map((contact) => showContact(contact, false)),
      ...account._lapsed.map((contact) => showContact(contact, true)),
    ],
    ...(password && { passwordSetAt: password.createdAt.toISOString() }),
    factors: showFactors(core, account),
    tokens: pendingTokens(account.tokens, core, account).map(showToken),
    attempts: account.attempts
      .filter((count) => failuresInARow(count) > 0)
      .map((count) => ({
        authenticator: count.authenticator,
        failuresInARow: failuresInARow(count),
        lastAttemptAt: count.lastAttemptAt.toISOString(),
      })),
    ...sessions,
  };
}

/** Renders a session, and tells whether it is active. */
export function showSession(
  { table, sessionPolicy }: AccountsCore,
  account: AccountDocument,
  session: SessionDocument,
): ShownSession {
  const active = isSessionActive(session, account, table.now(), sessionPolicy);
  const { valid: _, ...shown } = exportedSession(session);
  return { ...(shown as unknown as ShownSession), active };
}

function showContact(contact: Contact, lapsed: boolean): ShownContact {
  const { updatedAt: _, ...shown } = exportedContact(contact);
  return { ...(shown as unknown as ShownContact), lapsed };
}

function showToken(token: Account['tokens'][number]): ShownToken {
  const { createdFor } = token;
  const { kind, reason, createdAt, expiresAt } = exportedToken(token) as unknown as ShownToken;
  return { kind, createdFor, ...(reason !== undefined && { reason }), createdAt, expiresAt };
}

function showFactors(core: AccountsCore, { tokens }: Account): ShownFactors {
  const factors = factorsOf(tokens);
  const { totp, pending, recoveryCodes } = factors;
  return {
    ...(totp && { totpSince: totp.createdAt.toISOString() }),
    unconfirmed: pending.length,
    recoveryCodes: {
      unused: unusedRecoveryCodes(core, factors).length,
      total: recoveryCodes.length,
    },
  };
}
