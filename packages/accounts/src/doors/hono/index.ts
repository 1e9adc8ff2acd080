export { toHonoHandler, type HonoHandler } from './toHonoHandler.js';
export { requireAccount, type AccountVariables } from './requireAccount.js';
export type { ConnectionOptions } from './connectionOf.js';
