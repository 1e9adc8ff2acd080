export { requireNewPasswords, type RequiredNewPasswords } from './requireNewPasswords.js';
