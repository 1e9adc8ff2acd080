export { prehashedPasswords, type PrehashedPasswordsOptions } from './prehashedPasswords.js';
export type { PrehashedPasswords } from '../PrehashedPasswords.js';
