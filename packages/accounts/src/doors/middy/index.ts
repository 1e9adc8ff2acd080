export { requireAccount, type AccountMiddleware } from './requireAccount.js';
