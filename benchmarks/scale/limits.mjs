/**
 * Quotas of DynamoDB that a flow can meet, per second
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html and
 * …/bp-partition-key-design.html).
 */
export const QUOTAS = {
  partitionWrites: 1000,
  partitionReads: 3000,
  tableUnits: 40_000,
};

/**
 * What many callers write or read under one partition key, by flow: `units` of one call. A transaction's
 * units are counted twice, as DynamoDB does.
 */
export const SHARED = [
  {
    flow: 'password login',
    key: 'one client network (its count of attempts)',
    kind: 'write',
    units: 1,
    remedy: '`throttling: { address: false }` where all clients share one address behind a proxy',
  },
  {
    flow: 'sign-up by a form',
    key: 'one client network (its count of attempts)',
    kind: 'write',
    units: 1,
    remedy: 'the same',
  },
  {
    flow: 'sign-up with a limit on accounts',
    key: 'the application’s count of accounts (`AccountsRegistry`)',
    kind: 'write',
    units: 2,
    remedy: 'no limit on the number of accounts',
  },
  {
    flow: 'sign-up with `listing`',
    key: 'the index of one list in one namespace, until DynamoDB splits it',
    kind: 'write',
    units: 1,
    remedy: 'no `listing`, or a namespace for each tenant',
  },
  {
    flow: 'password login',
    key: 'one account',
    kind: 'write',
    // Of a login's write units, all but the count of the network: attempt, session, check of the account.
    units: 5,
    remedy: 'none is needed: an account’s attempts are throttled long before',
  },
  {
    flow: 'verify a request',
    key: 'one account',
    kind: 'read',
    units: 2,
    remedy: 'fewer checks of one session, for example one for each page instead of each call',
  },
];

/** How many calls of a flow a second its partition takes, at most. */
export function callsPerSecond({ kind, units }) {
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
