export { createTestTable, type TestTable, type TestTableOptions } from './createTestTable.js';
export { localClient } from './localClient.js';
export { startDynamoDBLocal, type LocalDynamoDB, type StartOptions } from './startDynamoDBLocal.js';
export { TestingError, type TestingErrorCode } from './TestingError.js';
export { uniqueTableName } from './uniqueTableName.js';
