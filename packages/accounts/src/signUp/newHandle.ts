import { randomBytes } from 'node:crypto';

const HANDLE_BYTES = 32;

/** Makes what a sign-up gives to whoever asks for it: by it, they confirm their address. */
export function newHandle(): string {
  return randomBytes(HANDLE_BYTES).toString('base64url');
}
