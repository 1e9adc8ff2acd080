export { toHonoHandler, type HonoHandler } from './toHonoHandler.js';
export { requireAccount, type AccountVariables, type HonoMiddleware } from './requireAccount.js';
export type { ConnectionOptions } from './connectionOf.js';
export type { HonoContext } from './HonoContext.js';
