import { createHash, randomBytes } from 'node:crypto';

/** A salted hash that takes no time, for a load that hashing does not limit. Of no use against a thief. */
export class QuickHasher {
  dummyHash = 'quick$none$none';

  async hash(password) {
    const salt = randomBytes(16).toString('hex');
    return `quick$${salt}$${digest(salt, password)}`;
  }

  async verify(password, stored) {
    const [, salt, expected] = stored.split('$');
    return digest(salt, password) === expected;
  }

  recognises(stored) {
    return stored.startsWith('quick$');
  }
}

function digest(salt, password) {
  return createHash('sha256').update(`${salt}/${password}`).digest('hex');
}
