export { requireAccount, type AccountGuardClass, type NestContext } from './requireAccount.js';
