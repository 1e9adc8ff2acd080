import { MAX_KEY_BYTES, type Key } from './Key.js';

// Keys never hold a NUL: it is escaped.
const SEPARATOR = '\0';

/** The opaque `id` of the document at a key. */
export function documentId(key: Key): string {
  return Buffer.from(key.PK + SEPARATOR + key.SK).toString('base64url');
}

/** The key that an `id` stands for; undefined for text that `documentId` never made. */
export function keyOfDocumentId(id: string): Key | undefined {
  // From callers without types: what is no text is nobody's id.
  const text = typeof (id as unknown) === 'string' ? id : '';
  const [PK, SK, ...more] = Buffer.from(text, 'base64url').toString().split(SEPARATOR);
  if (!PK || !SK || more.length > 0) return undefined;
  if (Buffer.byteLength(PK) > MAX_KEY_BYTES.PK || Buffer.byteLength(SK) > MAX_KEY_BYTES.SK) {
    return undefined;
  }
  const key = { PK, SK };
  return documentId(key) === id ? key : undefined;
}
