import type { PasswordHasher } from '../../src/passwords/PasswordHasher.js';
import { QuickHasher } from './QuickHasher.js';

/** Another hasher, quick by default, and a record of what it was asked. */
export class CountingHasher implements PasswordHasher {
  readonly dummyHash: string;
  verified: string[] = [];
  hashed = 0;
  readonly #inner: PasswordHasher;

  constructor(inner: PasswordHasher = new QuickHasher()) {
    this.#inner = inner;
    this.dummyHash = inner.dummyHash;
  }

  hash(password: string): Promise<string> {
    this.hashed++;
    return this.#inner.hash(password);
  }

  verify(password: string, stored: string): Promise<boolean> {
    this.verified.push(stored);
    return this.#inner.verify(password, stored);
  }

  recognises(stored: string): boolean {
    return this.#inner.recognises?.(stored) ?? true;
  }

  needsRehash(stored: string): boolean {
    return this.#inner.needsRehash?.(stored) ?? false;
  }
}
