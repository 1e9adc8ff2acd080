import { containerCredentials, hasContainer } from './containerCredentials.js';
import { credentialsError, type Credentials, type CredentialsProvider } from './Credentials.js';

/** Credentials are replaced so long before they expire, as by the SDK. */
const REFRESH_MS = 5 * 60_000;
/** From then on, requests wait for the new ones. */
const WAIT_MS = 60_000;

/** Keeps credentials until shortly before they expire, and fetches new ones once for all requests. */
export class CredentialsCache {
  readonly #provider: CredentialsProvider;
  #current: Credentials | undefined;
  #refresh: Promise<Credentials> | undefined;

  /** @param given - credentials, or their provider (default: the environment, then the container). */
  constructor(given: Credentials | CredentialsProvider = defaultCredentials) {
    this.#provider = typeof given === 'function' ? given : () => Promise.resolve(given);
  }

  /** The credentials of the moment; undefined if they must be fetched first. */
  get fresh(): Credentials | undefined {
    return this.#isValidFor(REFRESH_MS) ? this.#current : undefined;
  }

  /** Fetches credentials, once for all who ask; those from before are used until they expire. */
  async fetch(): Promise<Credentials> {
    this.#refresh ??= this.#load().finally(() => (this.#refresh = undefined));
    if (!this.#current || !this.#isValidFor(WAIT_MS)) return this.#refresh;
    // Nobody has to wait yet, and the next request tries again where this fails.
    this.#refresh.catch(() => undefined);
    return this.#current;
  }

  /** Forgets credentials that DynamoDB refused, so that the next request fetches others. */
  forget(refused: Credentials): void {
    if (this.#current === refused) this.#current = undefined;
  }

  async #load(): Promise<Credentials> {
    const found = await this.#provider();
    if (!isCredentials(found)) throw new Error('Resolved credential object is not valid');
    this.#current = found;
    return found;
  }

  #isValidFor(ms: number): boolean {
    if (!this.#current) return false;
    const { expiration } = this.#current;
    return expiration === undefined || expiration.getTime() - Date.now() > ms;
  }
}

function isCredentials(found: Partial<Credentials> | null | undefined): found is Credentials {
  return typeof found?.accessKeyId === 'string' && typeof found.secretAccessKey === 'string';
}

async function defaultCredentials(): Promise<Credentials> {
  const { env } = process;
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  if (accessKeyId && secretAccessKey) {
    const { AWS_SESSION_TOKEN: sessionToken, AWS_CREDENTIAL_EXPIRATION: expiration } = env;
    return {
      accessKeyId,
      secretAccessKey,
      ...(sessionToken && { sessionToken }),
      ...(expiration && { expiration: new Date(expiration) }),
    };
  }
  if (hasContainer(env)) return containerCredentials(env);
  throw credentialsError(
    'Could not find credentials: neither AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY, nor AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or AWS_CONTAINER_CREDENTIALS_FULL_URI is set in the environment. From anywhere else, pass a provider as the option credentials.',
  );
}
