import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { credentialsError, type Credentials } from './Credentials.js';

/** Variables of the environment. */
type Environment = Readonly<Record<string, string | undefined>>;

const ECS = 'http://169.254.170.2';
/** Hosts without TLS that the SDK lets in, too: those of ECS and EKS, and the loopback address. */
const HOSTS = /^(?:169\.254\.170\.23?|\[fd00:ec2::23\]|\[::1\]|localhost|127(?:\.\d{1,3}){3})$/;
const TIMEOUT_MS = 1000;
const ATTEMPTS = 4;
const PAUSE_MS = 100;

/** Tells whether the environment names a container endpoint, as Lambda SnapStart, ECS and EKS do. */
export function hasContainer(env: Environment): boolean {
  return Boolean(
    env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI ?? env.AWS_CONTAINER_CREDENTIALS_FULL_URI,
  );
}

/**
 * Fetches credentials from the container endpoint
 * (https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html).
 */
export async function containerCredentials(env: Environment): Promise<Credentials> {
  const url = urlOf(env);
  for (let attempt = 1; ; attempt++) {
    try {
      return await fetchOnce(url, env);
    } catch (error) {
      const { name, message } = error as Error;
      if (attempt < ATTEMPTS) await sleep(PAUSE_MS * attempt);
      // The text begins with the name of what went wrong, as in the SDK's.
      else if (name === 'CredentialsProviderError') throw error;
      else throw credentialsError(`${name}: ${message}`);
    }
  }
}

function urlOf(env: Environment): URL {
  const { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: path } = env;
  const { AWS_CONTAINER_CREDENTIALS_FULL_URI: full = '' } = env;
  const text = path ? ECS + path : full;
  const name = `AWS_CONTAINER_CREDENTIALS_${path ? 'RELATIVE' : 'FULL'}_URI`;
  if (!URL.canParse(text)) throw credentialsError(`${name} is not a URL.`);
  const url = new URL(text);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && HOSTS.test(url.hostname))) {
    return url;
  }
  throw credentialsError(
    `${name} must be an https: URL, or an http: URL of this machine, of ECS or of EKS.`,
  );
}

async function fetchOnce(url: URL, env: Environment): Promise<Credentials> {
  const { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file } = env;
  // The file is read each time: its token is replaced.
  const token = file ? await readFile(file, 'utf8') : env.AWS_CONTAINER_AUTHORIZATION_TOKEN;
  if (token && /[\r\n]/.test(token.trimEnd())) {
    throw credentialsError('The authorization token of the container endpoint has several lines.');
  }
  const { status, text } = await get(url, token?.trimEnd());
  if (status !== 200) throw credentialsError(`Server responded with status: ${String(status)}`);
  const found = parse(text);
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey } = found;
  const { Token: sessionToken, Expiration: expiration } = found;
  if (!accessKeyId || !secretAccessKey || !sessionToken || !expiration) {
    throw credentialsError('The container endpoint did not answer with credentials.');
  }
  return { accessKeyId, secretAccessKey, sessionToken, expiration: new Date(expiration) };
}

/** Reads the answer; what is not JSON has no credentials. */
function parse(text: string): Readonly<Record<string, string | undefined>> {
  try {
    return JSON.parse(text) as Record<string, string>;
  } catch {
    return {};
  }
}

async function get(
  url: URL,
  token: string | undefined,
): Promise<{ status: number | undefined; text: string }> {
  const { request } =
    url.protocol === 'https:'
      ? process.getBuiltinModule('node:https')
      : process.getBuiltinModule('node:http');
  const { text } = process.getBuiltinModule('node:stream/consumers');
  return new Promise((resolve, reject) => {
    const headers = token ? { authorization: token } : {};
    const sent = request(url, { headers, agent: false }, (answer) => {
      text(answer).then((body) => {
        resolve({ status: answer.statusCode, text: body });
      }, reject);
    });
    const timer = setTimeout(() => {
      const message = `the container endpoint did not answer within ${String(TIMEOUT_MS)} ms`;
      sent.destroy(Object.assign(new Error(message), { name: 'TimeoutError' }));
    }, TIMEOUT_MS);
    sent.on('error', reject).on('close', () => {
      clearTimeout(timer);
    });
    sent.end();
  });
}
