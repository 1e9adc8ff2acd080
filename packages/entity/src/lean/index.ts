export type { Credentials, CredentialsProvider } from './Credentials.js';
export { createLeanClient, type LeanClientOptions } from './createLeanClient.js';
export type { Transport, WireRequest, WireResponse } from './HttpExchange.js';
export type { Interceptor, LeanClient } from './LeanClient.js';
export type { Operation, OperationName } from '../table/OperationClient.js';
export { Table, type TableOptions } from '../table/Table.js';
