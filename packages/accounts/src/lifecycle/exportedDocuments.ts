import type { Infer, Session } from '@latchkey/schema';
import { documentOf, type Account } from '../core/Account.js';
import type { JsonObject } from './JsonObject.js';
import { toJsonObject } from './toJson.js';

/** The account's own fields of `Account`; the others are marks that only this package makes something of. */
const EXPORTED: readonly string[] = [
  'accountId',
  'username',
  'foreignId',
  'permissions',
  'deactivated',
  'deleting',
  'profile',
  'createdAt',
  'updatedAt',
];

/** An account's own fields, and those of the application. */
export function exportedAccount(account: Account, ownNames: readonly string[]): JsonObject {
  const names = [...EXPORTED, ...ownNames];
  return toJsonObject(
    Object.fromEntries(
      Object.entries(documentOf(account)).filter(([name]) => names.includes(name)),
    ),
  );
}

/** A contact, without secrets. */
export function exportedContact(contact: Account['accessTypes'][number]): JsonObject {
  const { ulid: contactId, data, verified = false, meta, createdAt, updatedAt } = contact;
  const { name, signCount, backedUp, lastUsedAt } = contact;
  return toJsonObject({
    contactId,
    ...data,
    name,
    signCount,
    backedUp,
    lastUsedAt,
    verified,
    meta: meta ?? metaOf(data),
    createdAt,
    updatedAt,
  });
}

function metaOf(data: object): unknown {
  return 'meta' in data ? data.meta : undefined;
}

/** A session, without secrets. */
export function exportedSession(session: Infer<typeof Session>): JsonObject {
  const { ulid: sessionId, valid, connectionInfo, createdAt, rotatedAt, expiresAt } = session;
  const { authTime, lastSeenAt, remembered = false, impersonatedBy } = session;
  return toJsonObject({
    sessionId,
    valid,
    connectionInfo,
    createdAt,
    authTime,
    rotatedAt,
    lastSeenAt,
    expiresAt,
    remembered,
    impersonatedBy,
  });
}

/** A token, without its value. */
export function exportedToken(token: Account['tokens'][number]): JsonObject {
  const { kind, reason, used, location, usageLocations, createdAt, expiresAt } = token;
  // Not `meta`: whatever belongs to a token can be part of what it opens.
  return toJsonObject({ kind, reason, used, location, usageLocations, createdAt, expiresAt });
}
