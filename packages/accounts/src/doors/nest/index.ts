export { requireAccount, type AccountGuardClass } from './requireAccount.js';
