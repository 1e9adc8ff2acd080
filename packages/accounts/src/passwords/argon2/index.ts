export { Argon2Hasher, type Argon2HasherOptions } from './Argon2Hasher.js';
