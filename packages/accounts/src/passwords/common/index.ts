export { commonPasswords } from './commonPasswords.js';
export type { CommonPasswords } from '../CommonPasswords.js';
