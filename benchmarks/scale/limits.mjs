const GUIDE = 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide';

/** The pages of AWS that the quotas are from. */
export const SOURCES = {
  quotas: `${GUIDE}/ServiceQuotas.html`,
  partitions: `${GUIDE}/throttling-key-range-limit-exceeded-mitigation.html`,
  warmThroughput: `${GUIDE}/warm-throughput-scenarios.html`,
  transactions: `${GUIDE}/transaction-apis.html`,
  backPressure: `${GUIDE}/gsi-throttling.html`,
};

/** Quotas of DynamoDB that a flow can meet, in units a second; those of a table are its defaults. */
export const QUOTAS = {
  partitionWrites: 1000,
  partitionReads: 3000,
  tableUnits: 40_000,
  newTableWrites: 4000,
  newTableReads: 12_000,
};

/**
 * What many callers write or read under one partition key, by flow: `units` of one call, by what the flow costs
 * as a whole. DynamoDB counts the units of a transaction twice.
 */
export const SHARED = [
  {
    flow: 'password login',
    key: 'one client network (its count of attempts)',
    kind: 'write',
    units: () => 1,
    remedy: '`throttling: { address: false }` where all clients share one address behind a proxy',
  },
  {
    flow: 'sign-up by a form',
    key: 'one client network (its count of attempts)',
    kind: 'write',
    units: () => 1,
    remedy: 'the same',
  },
  {
    flow: 'sign-up with a limit on accounts',
    key: 'the application’s count of accounts (`AccountsRegistry`)',
    kind: 'write',
    units: () => 2,
    remedy: 'no limit on the number of accounts',
  },
  {
    flow: 'sign-up with `listing`',
    key: 'the index of one list in one namespace, until DynamoDB has split it by its sort key',
    kind: 'write',
    units: () => 1,
    remedy: 'no `listing`, or a namespace for each tenant',
  },
  {
    flow: 'password login',
    key: 'one account',
    kind: 'write',
    // All but the count of the network: the attempt, the session, the check of the account.
    units: ({ writeUnits }) => writeUnits - 1,
    remedy: 'none is needed: an account’s attempts are throttled long before',
  },
  {
    flow: 'verify a request',
    key: 'one account',
    kind: 'read',
    units: ({ readUnits }) => readUnits,
    remedy: 'fewer checks of one session, for example one for each page instead of each call',
  },
];

/** How many calls of a flow a second one partition takes, at most. */
export function callsPerSecond(kind, units) {
  const quota = kind === 'write' ? QUOTAS.partitionWrites : QUOTAS.partitionReads;
  return Math.floor(quota / units);
}

/** How many calls of a flow a second a table takes with its default quotas, spread over its accounts. */
export function callsPerSecondOfTable({ writeUnits, readUnits }) {
  return Math.floor(
    Math.min(
      writeUnits > 0 ? QUOTAS.tableUnits / writeUnits : Infinity,
      readUnits > 0 ? QUOTAS.tableUnits / readUnits : Infinity,
    ),
  );
}
