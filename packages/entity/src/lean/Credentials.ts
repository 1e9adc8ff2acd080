/** Credentials of AWS, as the SDK's providers return them. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Token of temporary credentials. */
  readonly sessionToken?: string;
  /** Time at which they expire (default: never). */
  readonly expiration?: Date;
}

/** Returns credentials; called again before they expire. */
export type CredentialsProvider = () => Promise<Credentials>;

/** The error for credentials that cannot be had, with the SDK's name. */
export function credentialsError(message: string): Error {
  return Object.assign(new Error(message), { name: 'CredentialsProviderError' });
}
