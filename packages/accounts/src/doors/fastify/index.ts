export { toFastifyPlugin } from './toFastifyPlugin.js';
export { requireAccount, type AccountHook } from './requireAccount.js';
