export { toExpressHandler } from './toExpressHandler.js';
export { requireAccount, type AccountMiddleware } from './requireAccount.js';
export type { RequestAccount } from '../shared/RequestAccount.js';
