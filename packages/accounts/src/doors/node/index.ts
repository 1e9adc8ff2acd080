export { toNodeListener, type NodeListener } from './toNodeListener.js';
export { requireAccount, type NodeGuard } from './requireAccount.js';
