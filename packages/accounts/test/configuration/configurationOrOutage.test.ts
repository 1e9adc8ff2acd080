import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import {
  EntityError,
  Table,
  type AnyEntityError,
  type EntityErrorCode,
  type EntityErrorDetails,
} from '@latchkey/entity';
import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { inspect } from 'node:util';
import { sampleOf } from '../../../entity/test/support/sampleOf.js';
import {
  ARN,
  NO_AWS,
  openFaultPlaces,
  REQUEST_FAULT_CASES,
  type FaultPlaces,
} from '../../../entity/test/support/requestFaultCases.js';
import { withEnvironment } from '../../../entity/test/support/withEnvironment.js';
import { Accounts } from '../../src/accounts/Accounts.js';
import { toAccountError } from '../../src/errors/withAccountErrors.js';
import { errorOf } from '../support/errorOf.js';
import { PASSWORD, requestWith, SECRET } from '../support/testAccounts.js';

/** Paths of the option that somebody has to correct, by the code of the table's error. */
const PATHS: Readonly<Record<string, string>> = {
  TableNotFound: 'table',
  TableMismatch: 'table',
  RequestFailed: 'table',
  AccessDenied: 'table.client',
  InvalidClient: 'table.client',
  Unreachable: 'table.client',
};

const hasher = {
  hash: (password: string) => Promise.resolve(`plain:${password}`),
  verify: () => Promise.resolve(false),
  needsRehash: () => false,
  recognises: () => true,
  dummyHash: 'plain:',
};

let test: TestTable;
let places: FaultPlaces;
beforeAll(async () => {
  test = await createTestTable([], { attributes: { PK: 'pk', SK: 'sk' } });
  places = await openFaultPlaces(test.table.name);
});
afterAll(async () => {
  await places.close();
  await test.drop();
});

describe.each(sampleOf(REQUEST_FAULT_CASES, 3))(
  '$title',
  ({ client, table, code, details, sdkError }) => {
    const { reason } = details as { reason?: string };
    const mayPass = reason === 'temporary' || reason === 'noConnection';

    it(`is ${mayPass ? 'an outage' : 'a configuration to be corrected'}`, async () => {
      const connection = client(places);
      const accounts = new Accounts({
        table: new Table({ name: table(places), client: connection }),
        sessions: { getTokenSecret: () => SECRET },
        passwords: { hasher },
      });
      const login = { username: 'ada', password: PASSWORD, request: requestWith() };
      for (const call of [
        () => accounts.findUser({ username: 'ada' }),
        () => accounts.userByPasswordLogin(login),
      ]) {
        const error = await withEnvironment(NO_AWS, () => errorOf(call() as Promise<unknown>));
        expect(error.cause).toMatchObject({ code });
        if (mayPass) {
          expect(error).toMatchObject({ code: 'ServiceUnavailable', status: 503, details: {} });
          continue;
        }
        const said = (error.cause as Error).message;
        expect(error).toMatchObject({
          code: 'InvalidConfiguration',
          status: 500,
          message: `The accounts library is misconfigured (${PATHS[code] ?? ''}): ${said}`,
          details: {
            path: PATHS[code],
            reason: said,
            sdkError: expect.stringMatching(new RegExp(`^(${sdkError})$`)) as string,
          },
        });
        expect(error.toJSON().message).toBe('The accounts library is misconfigured.');
        expect(JSON.stringify([error, error.message])).not.toContain(ARN);
        expect(inspect(error, { depth: 9 })).not.toContain(PASSWORD);
      }
      connection.destroy();
    });
  },
);

/** An error of the table, and what `Accounts` makes of it: null where the error passes as it is. */
type Translation<C extends EntityErrorCode> = readonly [
  details: EntityErrorDetails[C],
  code:
    'InvalidInput' | 'EmailAlreadyExists' | 'ServiceUnavailable' | 'InvalidConfiguration' | null,
];

const entity = 'Account';
const issues = [] as const;
const request = { command: 'GetItem', retryable: false, sdkError: 'Error' };
const ownerId = Buffer.from('account#1\0accesstype#email#1').toString('base64url');

/** A code of the table's errors that is not here does not compile: it has to be decided on. */
const TRANSLATIONS: { readonly [C in EntityErrorCode]: readonly Translation<C>[] } = {
  InvalidInput: [[{ entity, path: 'username', issues }, 'InvalidInput']],
  UpdateRefused: [[{ entity, path: 'username', issues }, 'InvalidInput']],
  InvalidKey: [[{ path: 'username', reason: 'empty' }, 'InvalidInput']],
  UnsupportedValue: [[{ path: 'username', reason: 'a function' }, 'InvalidInput']],
  UniqueViolation: [
    [{ entity: 'AccessType', index: '_id2', paths: [], ownerId }, 'EmailAlreadyExists'],
    [{ entity: 'Order', index: '_id2', paths: [] }, null],
  ],
  AlreadyExists: [[{ entity, item: undefined }, 'ServiceUnavailable']],
  ConditionFailed: [[{ entity, item: undefined }, 'ServiceUnavailable']],
  VersionConflict: [[{ entity, item: undefined }, 'ServiceUnavailable']],
  NotFound: [[{ entity }, 'ServiceUnavailable']],
  BatchIncomplete: [[{ undone: [0] }, 'ServiceUnavailable']],
  TransactionConflict: [[{ attempts: 3 }, 'ServiceUnavailable']],
  UnreadableItem: [
    [{ entity, id: 'a', path: 'createdAt', reason: 'is not a date' }, 'InvalidConfiguration'],
  ],
  NoIndexFits: [[{ entity, fields: [], indexes: [], reasons: [] }, 'InvalidConfiguration']],
  AmbiguousFilter: [[{ entity }, 'InvalidConfiguration']],
  TooManyPages: [[{ entity, maxPages: 1 }, 'InvalidConfiguration']],
  InvalidTransaction: [[{ reason: 'it is empty' }, 'InvalidConfiguration']],
  InvalidTable: [[{ reason: 'two definitions are named Account' }, 'InvalidConfiguration']],
  TableNotFound: [[{ ...request, table: 'accounts' }, 'InvalidConfiguration']],
  TableMismatch: [[{ ...request, table: 'accounts', lacking: 'key' }, 'InvalidConfiguration']],
  AccessDenied: [[{ ...request, reason: 'permission' }, 'InvalidConfiguration']],
  InvalidClient: [[{ ...request, reason: 'region' }, 'InvalidConfiguration']],
  Unreachable: [
    [{ ...request, reason: 'noConnection', retryable: true }, 'ServiceUnavailable'],
    [{ ...request, reason: 'notDynamoDB' }, 'InvalidConfiguration'],
  ],
  RequestFailed: [
    [{ ...request, reason: 'temporary', retryable: true }, 'ServiceUnavailable'],
    [{ ...request, reason: 'outcomeUnknown' }, 'ServiceUnavailable'],
    [{ ...request, reason: 'unknown' }, 'ServiceUnavailable'],
    [{ ...request, reason: 'refused' }, 'InvalidConfiguration'],
  ],
  // No flow of this package causes these: whatever does finds them as they are.
  RelatedDocuments: [[{ entity }, null]],
  InvalidCursor: [[{ entity }, null]],
  InvalidImage: [[{ path: '' }, null]],
};

const STATUS = {
  InvalidInput: 400,
  EmailAlreadyExists: 409,
  InvalidConfiguration: 500,
  ServiceUnavailable: 503,
};

const translations = Object.entries(TRANSLATIONS).flatMap(([from, rows]) =>
  (rows as readonly Translation<EntityErrorCode>[]).map(([details, to]) => ({ from, details, to })),
);

it.each(translations)('$from of the table becomes $to: $details', ({ from, details, to }) => {
  const cause = new EntityError(from as EntityErrorCode, 'It failed.', details) as AnyEntityError;
  const error = toAccountError(cause);
  expect(error?.code ?? null).toBe(to);
  if (!error || !to) return;
  expect(error.status).toBe(STATUS[to]);
  if (error.code !== 'InvalidConfiguration') return;
  // An item or a definition is told by the table's code, a request by the SDK's.
  const { path, reason, ...origin } = error.details;
  expect(path).toMatch(/^table(\.client)?$/);
  expect(reason).not.toBe('');
  const isOfRequest = 'sdkError' in details;
  const isOfTable = from === 'InvalidTable';
  expect(origin).toEqual(
    isOfTable ? {} : isOfRequest ? { sdkError: request.sdkError } : { entityError: from },
  );
});

it('A stored account that cannot be read is to be corrected, and is not an outage', async () => {
  const own = await createTestTable();
  const sessions = { getTokenSecret: () => SECRET };
  const accounts = new Accounts({ table: own.table, sessions, passwords: { hasher } });
  const { accountId } = await accounts.createAccount({ username: 'ada', password: PASSWORD });
  const account = own.table.entity(accounts.AccountEntity.definition).reference({ accountId });
  await own.client.send(
    new UpdateItemCommand({
      TableName: own.table.name,
      Key: { PK: { S: account.key?.PK ?? '' }, SK: { S: account.key?.SK ?? '' } },
      UpdateExpression: 'SET createdAt = :text',
      ExpressionAttributeValues: { ':text': { S: 'yesterday' } },
    }),
  );
  const login = { username: 'ada', password: PASSWORD, request: requestWith() };
  for (const call of [
    () => accounts.findUser({ username: 'ada' }),
    () => accounts.userByPasswordLogin(login),
  ]) {
    const error = await errorOf(call());
    expect(error).toMatchObject({
      code: 'InvalidConfiguration',
      status: 500,
      details: { path: 'table', entityError: 'UnreadableItem' },
      cause: { code: 'UnreadableItem', details: { entity: 'Account', path: 'createdAt' } },
    });
    expect(JSON.stringify([error, error.message])).not.toContain('yesterday');
  }
  await own.drop();
});
