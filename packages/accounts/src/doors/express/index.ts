export { toExpressHandler } from './toExpressHandler.js';
export { requireAccount, type AccountMiddleware } from './requireAccount.js';
