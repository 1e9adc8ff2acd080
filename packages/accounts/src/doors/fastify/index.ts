export { toFastifyPlugin, type AccountsPlugin } from './toFastifyPlugin.js';
export { requireAccount, type AccountHook } from './requireAccount.js';
export type { FastifyApp, FastifyReply, FastifyRequest } from './FastifyApp.js';
export type { RequestAccount } from '../shared/RequestAccount.js';
