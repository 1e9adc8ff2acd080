import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { PasswordHasher } from '../../src/passwords/PasswordHasher.js';

/** A salted hash that takes no time, for tests that are not about hashing; it counts. */
export class QuickHasher implements PasswordHasher {
  readonly dummyHash = 'quick$dummy$dummy';
  verified: string[] = [];

  hash(password: string): Promise<string> {
    const salt = randomBytes(16).toString('hex');
    return Promise.resolve(`quick$${salt}$${digest(salt, password)}`);
  }

  verify(password: string, stored: string): Promise<boolean> {
    this.verified.push(stored);
    const [, salt = '', expected = ''] = stored.split('$');
    const actual = Buffer.from(digest(salt, password));
    const known = Buffer.from(expected);
    return Promise.resolve(known.length === actual.length && timingSafeEqual(known, actual));
  }

  recognises(stored: string): boolean {
    return stored.startsWith('quick$');
  }
}

function digest(salt: string, password: string): string {
  return createHash('sha256').update(`${salt}/${password}`).digest('hex');
}
