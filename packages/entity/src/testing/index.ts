export {
  createTestReplicas,
  type TestReplicas,
  type TestReplicasOptions,
} from './createTestReplicas.js';
export { createTestTable, type TestTable, type TestTableOptions } from './createTestTable.js';
export {
  FAULT_NAMES,
  isFaultOf,
  type Fault,
  type FaultName,
  type FaultOptions,
} from './faults/Fault.js';
export type { FaultedRequest, FaultPlan, InjectedFault, RandomFaults } from './faults/FaultPlan.js';
export { injectFaults, type FaultInjector } from './faults/injectFaults.js';
export {
  startFaultProxy,
  type FaultProxy,
  type FaultProxyOptions,
} from './faults/startFaultProxy.js';
export { localClient } from './localClient.js';
export { seededRandom } from './seededRandom.js';
export { startDynamoDBLocal, type LocalDynamoDB, type StartOptions } from './startDynamoDBLocal.js';
export { TestClock } from './TestClock.js';
export { TestingError, type TestingErrorCode } from './TestingError.js';
export { uniqueTableName } from './uniqueTableName.js';
