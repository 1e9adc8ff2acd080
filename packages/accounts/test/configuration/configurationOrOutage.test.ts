import { Table } from '@latchkey/entity';
import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { inspect } from 'node:util';
import {
  ARN,
  NO_AWS,
  openFaultPlaces,
  REQUEST_FAULT_CASES,
  type FaultPlaces,
} from '../../../entity/test/support/requestFaultCases.js';
import { withEnvironment } from '../../../entity/test/support/withEnvironment.js';
import { Accounts } from '../../src/accounts/Accounts.js';
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

describe.each(REQUEST_FAULT_CASES)('$title', ({ client, table, code, details, sdkError }) => {
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
});
