import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';
import type { Credentials } from './Credentials.js';

const ALGORITHM = 'AWS4-HMAC-SHA256';

/** Headers of a request, by their names in lower case. */
export type Headers = Record<string, string>;

/**
 * Signs POST requests by Signature Version 4. The signing key, which is the same for a day, is derived
 * once (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 */
export class Signer {
  readonly #region: string;
  readonly #service: string;
  readonly #path: string;
  #day = '';
  #credentials: Credentials | undefined;
  #key: KeyObject | undefined;

  /** @param path - path of the URL, percent-encoded as it is sent. */
  constructor(region: string, service: string, path = '/') {
    this.#region = region;
    this.#service = service;
    this.#path = canonicalPath(path);
  }

  /**
   * Returns the headers that a request is sent with: the given ones, the time and the signature.
   *
   * @param headers - all headers that are signed, `host` included.
   * @param timeMs - time in milliseconds since 1970, as the server's clock shows it.
   */
  sign(credentials: Credentials, headers: Headers, body: string, timeMs: number): Headers {
    const { sessionToken } = credentials;
    const time = new Date(timeMs).toISOString().replace(/[-:]|\.\d+/g, '');
    const day = time.slice(0, 8);
    const signed: Headers = {
      ...headers,
      'x-amz-date': time,
      ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
    };
    const names = Object.keys(signed).sort();
    const lines = names.map((name) => `${name}:${signed[name] ?? ''}\n`).join('');
    const signedNames = names.join(';');
    const request = `POST\n${this.#path}\n\n${lines}\n${signedNames}\n${hash('sha256', body)}`;
    const scope = `${day}/${this.#region}/${this.#service}/aws4_request`;
    const text = `${ALGORITHM}\n${time}\n${scope}\n${hash('sha256', request)}`;
    const signature = createHmac('sha256', this.#keyOf(credentials, day))
      .update(text)
      .digest('hex');
    signed.authorization = `${ALGORITHM} Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signedNames}, Signature=${signature}`;
    return signed;
  }

  #keyOf(credentials: Credentials, day: string): KeyObject {
    if (this.#key && this.#credentials === credentials && this.#day === day) return this.#key;
    const parts = [day, this.#region, this.#service, 'aws4_request'];
    const start: string | Buffer = `AWS4${credentials.secretAccessKey}`;
    const key = parts.reduce<string | Buffer>(
      (secret, part) => createHmac('sha256', secret).update(part).digest(),
      start,
    );
    this.#key = createSecretKey(key as Buffer);
    this.#credentials = credentials;
    this.#day = day;
    return this.#key;
  }
}

/** The path as it is signed: each of its segments encoded once more, as for every service but S3. */
function canonicalPath(path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '');
  const encoded = segments.map((segment) =>
    encodeURIComponent(segment).replace(
      /[!'()*]/g,
      (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
    ),
  );
  return segments.length === 0 ? '/' : `/${encoded.join('/')}${path.endsWith('/') ? '/' : ''}`;
}
