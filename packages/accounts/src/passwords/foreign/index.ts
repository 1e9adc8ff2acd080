export type { ForeignHasher } from '../ForeignHasher.js';
export { betterAuthScrypt } from './betterAuthScrypt.js';
export { devise, type DeviseOptions } from './devise.js';
export { firebaseScrypt, type FirebaseScryptOptions } from './firebaseScrypt.js';
export { pbkdf2 } from './pbkdf2.js';
export { phpass } from './phpass.js';
export { wordPress } from './wordPress.js';
