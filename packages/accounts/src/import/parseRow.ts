import { parseContact } from '../contacts/parseContact.js';
import { MAX_CONTACTS, type ContactData } from '../core/Account.js';
import { isSame } from '../core/claims.js';
import { AccountError } from '../errors/AccountError.js';
import { requireObject } from '../errors/requireObject.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { parseProfile } from '../flows/parseProfile.js';
import { parseForeignId } from '../identifiers/parseForeignId.js';
import { parseUsername } from '../identifiers/parseUsername.js';
import { requireRoom } from '../signUp/parseNewAccount.js';
import type { ImportRow } from './ImportRow.js';

/** A contact as it is to be stored. */
export interface ParsedContact {
  readonly data: ContactData;
  readonly verified: boolean;
}

/** A row that was found valid by itself: nothing is known yet of other rows and of the table. */
export interface ParsedRow {
  readonly foreignId: string;
  /** Fields of the account's item, besides its ids. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly contacts: readonly ParsedContact[];
  readonly passwordHash: string | undefined;
  readonly verifyElsewhere: boolean;
  readonly totpSecret: string | undefined;
  readonly createdAt: Date | undefined;
}

type RowCore = Pick<
  AccountsCore,
  'accountFields' | 'elsewhere' | 'passwords' | 'phones' | 'table' | 'twoFactor'
>;

const FIELDS: ReadonlySet<string> = new Set([
  'foreignId',
  'username',
  'email',
  'emailVerified',
  'phone',
  'phoneVerified',
  'contacts',
  'passwordHash',
  'verifyElsewhere',
  'totpSecret',
  'profile',
  'deactivated',
  'createdAt',
]);
const MAX_SHOWN_PATH = 200;

/**
 * Validates a row by itself.
 *
 * @throws AccountError `InvalidInput` with the path of the first fault; `InvalidConfiguration` for what
 *   the application's options do not offer.
 */
export function parseRow(core: RowCore, value: unknown): ParsedRow {
  requireObject(value, '');
  if (Array.isArray(value)) throw invalid('', 'notAnObject');
  // What a database exports has null where there is nothing.
  const given = Object.entries(value).filter(([, each]) => each !== null && each !== undefined);
  const row: Partial<Record<keyof ImportRow, unknown>> = Object.fromEntries(given);
  const foreignId = parseForeignId(row.foreignId);
  const own = given.filter(([name]) => core.accountFields.includes(name));
  const unknown = given.find(
    ([name]) => !FIELDS.has(name) && !core.accountFields.includes(name),
  )?.[0];
  if (unknown !== undefined) throw invalid(unknown, 'unknownField');
  const ownFields = Object.fromEntries(own);
  requireRoom(ownFields);
  const contacts = parseContacts(core, row);
  const username = row.username === undefined ? undefined : parseUsername(row.username, 'username');
  if (username === undefined && contacts.length === 0) {
    throw invalid('username', 'neitherUsernameNorContact');
  }
  const deactivated = parseFlag(row, 'deactivated');
  return {
    foreignId,
    contacts,
    fields: {
      ...ownFields,
      foreignId,
      deactivated,
      ...(username !== undefined && { username }),
      ...(row.profile !== undefined && { profile: parseProfile(row.profile) }),
    },
    ...parseSecrets(core, row),
    createdAt: parseCreatedAt(core, row.createdAt),
  };
}

function parseContacts(core: RowCore, row: Partial<Record<string, unknown>>): ParsedContact[] {
  const { contacts = [] } = row;
  if (!Array.isArray(contacts)) throw invalid('contacts', 'notAList');
  const parsed: ParsedContact[] = (['email', 'phone'] as const).flatMap((kind) => {
    const verified = parseFlag(row, `${kind}Verified`);
    if (row[kind] === undefined) return [];
    const data = atPath(kind, () => parseContact({ kind, value: row[kind] }, kind, core));
    return [{ data, verified }];
  });
  for (const [at, contact] of (contacts as unknown[]).entries()) {
    const path = `contacts.${at}`;
    requireObject(contact, path);
    const { verified = false, ...data } = contact as Readonly<Record<string, unknown>>;
    if (typeof verified !== 'boolean') throw invalid(`${path}.verified`, 'notABoolean');
    parsed.push({ data: parseContact(data, path, core), verified });
  }
  // The same twice is one, as in createAccount; what was verified once is.
  const distinct = parsed.filter(
    ({ data }, at) => parsed.findIndex((each) => isSame(each.data, data)) === at,
  );
  if (distinct.length > MAX_CONTACTS) throw invalid('contacts', 'tooManyContacts');
  return distinct.map(({ data }) => ({
    data,
    verified: parsed.some((each) => isSame(each.data, data) && each.verified),
  }));
}

/** Gives an error about `email.value`, as `parseContact` throws it, the path of the row's `email`. */
function atPath<T>(kind: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!AccountError.is(error) || error.code !== 'InvalidInput') throw error;
    throw invalid(kind, error.details.reason);
  }
}

function parseSecrets(
  { elsewhere, passwords, twoFactor }: RowCore,
  row: Partial<Record<string, unknown>>,
): Pick<ParsedRow, 'passwordHash' | 'totpSecret' | 'verifyElsewhere'> {
  const { passwordHash, totpSecret } = row;
  const verifyElsewhere = parseFlag(row, 'verifyElsewhere');
  if (passwordHash !== undefined) {
    if (typeof passwordHash !== 'string') throw invalid('passwordHash', 'notAString');
    if (verifyElsewhere) throw invalid('verifyElsewhere', 'notBesidePasswordHash');
    if (!passwords.recognises(passwordHash)) throw invalid('passwordHash', 'notRecognised');
  }
  if (verifyElsewhere && !elsewhere) {
    throw missing('verifyElsewhere', 'Rows with verifyElsewhere need this option.');
  }
  if (totpSecret !== undefined) {
    if (!twoFactor.sealForeignSecret) {
      throw missing('twoFactor', 'Rows with a totpSecret need totp() of this package.');
    }
    if (typeof totpSecret !== 'string') throw invalid('totpSecret', 'notAString');
  }
  return { passwordHash, totpSecret, verifyElsewhere };
}

function parseFlag(row: Partial<Record<string, unknown>>, name: string): boolean {
  const value = row[name] ?? false;
  if (typeof value === 'boolean') return value;
  throw invalid(name, 'notABoolean');
}

const ISO_8601 = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;

function parseCreatedAt({ table }: RowCore, value: unknown): Date | undefined {
  if (value === undefined) return undefined;
  const isText = typeof value === 'string' && ISO_8601.test(value);
  const date = isText ? new Date(value) : value;
  if (!(date instanceof Date) || Number.isNaN(date.getTime())) {
    throw invalid('createdAt', 'notADate');
  }
  if (date > table.now()) throw invalid('createdAt', 'inTheFuture');
  if (date.getTime() < 0) throw invalid('createdAt', 'notADate');
  return date;
}

function invalid(path: string, reason: string): AccountError<'InvalidInput'> {
  return new AccountError('InvalidInput', { path: path.slice(0, MAX_SHOWN_PATH), reason });
}

function missing(path: string, reason: string): AccountError<'InvalidConfiguration'> {
  return new AccountError('InvalidConfiguration', { path, reason });
}
