export { requireAccount, type AccountMiddleware, type MiddyRequest } from './requireAccount.js';
