import { BcryptHasher } from '../../src/passwords/BcryptHasher.js';
import type { PasswordHasher } from '../../src/passwords/PasswordHasher.js';

/** bcrypt, and a record of what it was asked. */
export class CountingHasher implements PasswordHasher {
  readonly #bcrypt = new BcryptHasher();
  readonly dummyHash: string = this.#bcrypt.dummyHash;
  verified: string[] = [];
  hashed = 0;

  hash(password: string): Promise<string> {
    this.hashed++;
    return this.#bcrypt.hash(password);
  }

  verify(password: string, stored: string): Promise<boolean> {
    this.verified.push(stored);
    return this.#bcrypt.verify(password, stored);
  }

  recognises(stored: string): boolean {
    return this.#bcrypt.recognises(stored);
  }

  needsRehash(stored: string): boolean {
    return this.#bcrypt.needsRehash(stored);
  }
}
