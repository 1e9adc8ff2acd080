import { scrypt } from 'node:crypto';

/** Parameters of scrypt (RFC 7914 §2). */
export interface ScryptSettings {
  /** CPU and memory cost: a power of two. */
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

const KEY_BYTES = 64;

/** Derives 64 bytes from a password with scrypt, in a thread of Node.js. */
export function scryptKey(
  password: string,
  salt: string | Buffer,
  { N, r, p }: ScryptSettings,
): Promise<Buffer> {
  // Node.js refuses more than 32 MiB unless told what is needed: N + p + 2 blocks.
  const maxmem = 128 * r * (N + p + 2);
  return new Promise((resolve, reject) => {
    scrypt(password, salt, KEY_BYTES, { N, r, p, maxmem }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
