import { CHANGES, KEY, ORDERS } from './orders.mjs';

/** What is measured: each runs one operation of a contender and gives what it returned. */
export const OPERATIONS = [
  { name: 'get', run: (contender) => contender.get(KEY) },
  { name: 'put', run: (contender) => contender.put(ORDERS[0]) },
  { name: 'update of 2 fields', run: (contender) => contender.update(KEY, CHANGES) },
  { name: 'query of 25', run: (contender) => contender.query(KEY.accountId) },
  { name: 'transaction of 3 puts', run: (contender) => contender.transact(ORDERS.slice(0, 3)) },
];
