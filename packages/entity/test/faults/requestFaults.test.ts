import { UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { Table } from '@latchkey/entity';
import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { faultOf, REQUEST_FAULTS } from '../../src/table/requestFaults.js';
import { Order } from '../support/entities.js';
import { errorOf } from '../support/errorOf.js';
import {
  ARN,
  NO_AWS,
  openFaultPlaces,
  REQUEST_FAULT_CASES,
  type FaultPlaces,
} from '../support/requestFaultCases.js';
import { withEnvironment } from '../support/withEnvironment.js';

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

it.each(REQUEST_FAULT_CASES)('$title is $code', async ({ client, table, ...expected }) => {
  const connection = client(places);
  const orders = new Table({ name: table(places), client: connection }).entity(Order);
  const read = orders.findOne({ filter: { userId: 'a', number: 1 } });
  const error = await withEnvironment(NO_AWS, () => errorOf(read));
  connection.destroy();
  expect(error).toMatchObject({
    code: expected.code,
    details: {
      ...expected.details,
      command: 'GetItem',
      sdkError: expect.stringMatching(new RegExp(`^(${expected.sdkError})$`)) as string,
    },
  });
  const { code, details } = error as { code: string; details: { reason?: string } };
  const mayPass = details.reason === 'noConnection' || details.reason === 'temporary';
  expect(details).toMatchObject({ retryable: mayPass });
  expect([code, error.message]).toEqual([code, expect.stringMatching(/^[A-Z].*[.?]$/)]);
  expect(error.cause).toHaveProperty('message');
  // An answer names accounts and ARNs; who looks for them finds them in `cause`.
  expect(JSON.stringify([error.message, details])).not.toContain(ARN);
});

it('An engine without TTL is named, and any other server that lacks an operation', () => {
  const failure = {
    name: 'UnknownOperationException',
    messages: [],
    code: '',
    status: 400,
    isRetryable: false,
  };
  expect(faultOf(failure, { command: 'UpdateTimeToLive' })).toMatchObject({
    code: 'TableMismatch',
    details: { lacking: 'timeToLive' },
  });
  expect(faultOf(failure, { command: 'GetItem' })).toMatchObject({ code: 'Unreachable' });
});

it('A table whose TTL goes by another attribute is not taken for ready', async () => {
  const other = await createTestTable([], { clock: () => new Date() });
  const TimeToLiveSpecification = { AttributeName: 'removeAt', Enabled: true };
  const TableName = other.table.name;
  await other.client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  const table = new Table({ name: TableName, client: other.client });
  const error = await errorOf(table.ensure());
  expect(error).toMatchObject({
    code: 'TableMismatch',
    details: { lacking: 'timeToLive', table: TableName },
  });
  await table.ensure({ timeToLive: false });
  const names = { attributes: { ttl: 'removeAt' } };
  await new Table({ name: TableName, client: other.client, ...names }).ensure();
  await other.drop();
});

it('No name of an error stands in two rows of the table', () => {
  const names = REQUEST_FAULTS.flatMap((row) => row.names);
  expect(names.length).toBeGreaterThan(40);
  expect([...names].sort()).toEqual([...new Set(names)].sort());
});
