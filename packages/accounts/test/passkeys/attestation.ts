import { createHash, type KeyObject } from 'node:crypto';
import { isoCBOR } from '@simplewebauthn/server/helpers';
import type { CredentialJson } from './Device.js';

type CborValue = Parameters<typeof isoCBOR.encode>[0];

/** Fields of a rewritten attestation. */
export interface Rewriting {
  readonly fmt?: string;
  readonly rpId?: string;
  /** In base64url. */
  readonly credentialId?: string;
  /** A COSE key. */
  readonly publicKey?: Uint8Array;
}

/** Fields of authenticator data (WebAuthn §6.1) up to the credential's id. */
const AT = { rpIdHash: 0, aaguid: 37, idLength: 53, id: 55 } as const;

/** Rewrites a response to a registration, as a client may that no browser is. */
export function rewriteAttestation(given: CredentialJson, rewriting: Rewriting): CredentialJson {
  const given64 = String(given.response.attestationObject);
  const object = isoCBOR.decodeFirst<Map<string, CborValue>>(
    new Uint8Array(Buffer.from(given64, 'base64url')),
  );
  const authData = Buffer.from(object.get('authData') as Uint8Array);
  const idLength = authData.readUInt16BE(AT.idLength);
  const id =
    rewriting.credentialId === undefined
      ? authData.subarray(AT.id, AT.id + idLength)
      : Buffer.from(rewriting.credentialId, 'base64url');
  const head = Buffer.from(authData.subarray(0, AT.id));
  head.writeUInt16BE(id.length, AT.idLength);
  if (rewriting.rpId !== undefined) {
    createHash('sha256').update(rewriting.rpId).digest().copy(head, AT.rpIdHash);
  }
  const key = rewriting.publicKey ?? authData.subarray(AT.id + idLength);
  object.set('authData', new Uint8Array(Buffer.concat([head, id, key])));
  object.set('fmt', rewriting.fmt ?? 'none');
  object.set('attStmt', new Map());
  const credentialId = id.toString('base64url');
  const attestationObject = Buffer.from(isoCBOR.encode(object)).toString('base64url');
  return {
    ...given,
    id: credentialId,
    rawId: credentialId,
    response: { ...given.response, attestationObject },
  };
}

/** Encodes the public key of an elliptic curve as a COSE key (RFC 9053 §7.1). */
export function encodeCose(publicKey: KeyObject, alg: number): Uint8Array {
  const { x = '', y = '', crv } = publicKey.export({ format: 'jwk' });
  const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64url'));
  const curve = crv === 'P-384' ? 2 : 3;
  return isoCBOR.encode(
    new Map<number, CborValue>([
      [1, 2],
      [3, alg],
      [-1, curve],
      [-2, bytes(x)],
      [-3, bytes(y)],
    ]),
  );
}
