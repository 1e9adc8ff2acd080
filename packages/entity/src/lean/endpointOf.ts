import { LOCAL, settingsFor } from '../table/settingsFor.js';
import type { Credentials, CredentialsProvider } from './Credentials.js';

/** Where requests go, and with which credentials. */
export interface EndpointSettings {
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly credentials?: Credentials | CredentialsProvider | undefined;
}

/** Domains of the partitions of AWS, by how their Regions begin; all others are in the first. */
const DOMAINS: readonly (readonly [prefix: string, domain: string])[] = [
  ['', 'amazonaws.com'],
  ['cn-', 'amazonaws.com.cn'],
  ['us-iso-', 'c2s.ic.gov'],
  ['us-isob-', 'sc2s.sgov.gov'],
  ['us-isof-', 'csp.hci.ic.gov'],
  ['eu-isoe-', 'cloud.adc-e.uk'],
  ['eusc-', 'amazonaws.eu'],
];
/** Settings of the SDK that this client does not have, each with the value that asks for it. */
const REFUSED: Readonly<Record<string, string>> = {
  AWS_USE_FIPS_ENDPOINT: 'true',
  AWS_USE_DUALSTACK_ENDPOINT: 'true',
  AWS_ACCOUNT_ID_ENDPOINT_MODE: 'required',
  AWS_RETRY_MODE: 'adaptive',
};

/** The URL of DynamoDB, and the Region and credentials for it. */
export interface Endpoint {
  readonly url: URL;
  readonly region: string;
  readonly credentials: Credentials | CredentialsProvider | undefined;
}

/**
 * Finds the endpoint and the Region, in the options or in the environment.
 *
 * @throws an error with the SDK's text for a Region that is missing or not one, and for an endpoint
 *   that is not a URL.
 */
export function endpointOf(settings: EndpointSettings): Endpoint {
  const { env } = process;
  const local = settings.endpoint === undefined && env.DYNAMODB_ENDPOINT;
  const known: EndpointSettings = local ? { ...madeUp(local), ...defined(settings) } : settings;
  const region = known.region ?? env.AWS_REGION;
  if (!region) {
    throw new Error('Region is missing: neither the option region nor AWS_REGION is set.');
  }
  if (!/^(?!-)[a-zA-Z\d-]{1,63}$/.test(region)) {
    throw new Error(`Region not accepted: region="${region}" is not a valid hostname component.`);
  }
  const given = known.endpoint ?? endpointIn(env);
  if (given === undefined && region === LOCAL.region) {
    throw new Error(
      'Invalid URL: the Region local has an endpoint of its own. Set the option endpoint, DYNAMODB_ENDPOINT, AWS_ENDPOINT_URL_DYNAMODB or AWS_ENDPOINT_URL.',
    );
  }
  const text = given ?? `https://dynamodb.${region}.${domainOf(region)}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new TypeError('Invalid URL: the endpoint must begin with https:// or http://.');
  }
  return { url, region, credentials: known.credentials };
}

/** Names the setting of the environment that only the SDK's client has; undefined without one. */
export function refusedSetting(
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  return Object.keys(REFUSED).find((name) => env[name]?.toLowerCase() === REFUSED[name]);
}

function endpointIn(env: Readonly<Record<string, string | undefined>>): string | undefined {
  if (env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS === 'true') return undefined;
  return env.AWS_ENDPOINT_URL_DYNAMODB ?? env.AWS_ENDPOINT_URL;
}

function madeUp(endpoint: string): EndpointSettings {
  const { region } = settingsFor(endpoint);
  return region === undefined ? { endpoint } : { endpoint, ...LOCAL };
}

function defined(settings: EndpointSettings): EndpointSettings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

function domainOf(region: string): string {
  const [, domain] = DOMAINS.findLast(([prefix]) => region.startsWith(prefix)) ?? [];
  return domain ?? '';
}
