import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { seededRandom } from '@latchkey/entity/testing';
import type { Credentials } from '../../src/lean/Credentials.js';
import { Signer, type Headers } from '../../src/lean/Signer.js';

// AWS's published example key (aws-sig-v4-test-suite); there is no such account.
const PUBLISHED = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};
const AT = Date.UTC(2015, 7, 30, 12, 36);
const HOST = { host: 'example.amazonaws.com' };
const TOKEN =
  'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==';

it.each<[string, Headers, string, string | undefined, string, string]>([
  [
    'post-vanilla',
    HOST,
    '',
    undefined,
    'host;x-amz-date',
    '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  ],
  [
    'post-header-key-sort',
    { ...HOST, 'my-header1': 'value1' },
    '',
    undefined,
    'host;my-header1;x-amz-date',
    'c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c',
  ],
  [
    'post-x-www-form-urlencoded',
    { ...HOST, 'content-type': 'application/x-www-form-urlencoded' },
    'Param1=value1',
    undefined,
    'content-type;host;x-amz-date',
    'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  ],
  [
    'post-sts-header-before',
    HOST,
    '',
    TOKEN,
    'host;x-amz-date;x-amz-security-token',
    '85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead',
  ],
])('%s is signed as AWS has published', (_, headers, body, sessionToken, names, signature) => {
  const credentials = { ...PUBLISHED, ...(sessionToken !== undefined && { sessionToken }) };
  const signed = new Signer('us-east-1', 'service').sign(credentials, headers, body, AT);
  expect(signed.authorization).toBe(
    `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${names}, Signature=${signature}`,
  );
});

/** The headers of a request that the signer of the SDK's client has signed. */
async function signBySdk(
  region: string,
  credentials: Credentials,
  path: string,
  headers: Headers,
  body: string,
  timeMs: number,
): Promise<Headers> {
  const { config } = new DynamoDBClient({ region, credentials });
  const scheme = { name: 'sigv4', signingName: 'dynamodb', signingRegion: region, properties: {} };
  const signer = await config.signer(scheme);
  const request = { method: 'POST', protocol: 'https:', hostname: headers.host, path, query: {} };
  const signed = await signer.sign({ ...request, headers, body } as never, {
    signingDate: new Date(timeMs),
  });
  return (signed as unknown as { headers: Headers }).headers;
}

it('40 requests of many kinds are signed as by the SDK, over days, keys, Regions and paths', async () => {
  const random = seededRandom(11);
  const some = <T>(...values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const signers = new Map<string, Signer>();
  for (let at = 0; at < 40; at++) {
    const region = some('eu-central-1', 'us-gov-west-1', 'local');
    const path = some('/', '/a/b/', "/it's (100%25)/x*y/");
    const signer = signers.get(region + path) ?? new Signer(region, 'dynamodb', path);
    signers.set(region + path, signer);
    const credentials = {
      accessKeyId: some('AKIDEXAMPLE', 'AKIDOTHER'),
      secretAccessKey: some('an example', 'another example/+='),
      ...(random() < 0.5 && { sessionToken: some('token', 'a+b/c==') }),
    };
    const time = AT + Math.floor(random() * 5) * 86_400_000 + Math.floor(random() * 1e7);
    const body = JSON.stringify({ TableName: 'orders', Key: { PK: { S: some('é', '"', '😀') } } });
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      host: some('dynamodb.eu-central-1.amazonaws.com', '127.0.0.1:8000'),
      'x-amz-target': `DynamoDB_20120810.${some('GetItem', 'Query')}`,
    };
    const theirs = await signBySdk(region, credentials, path, headers, body, time);
    // The SDK sends the digest along, too, which DynamoDB does not ask for.
    const digest = { 'x-amz-content-sha256': theirs['x-amz-content-sha256'] ?? '' };
    const ours = signer.sign(credentials, { ...headers, ...digest }, body, time);
    expect(ours).toEqual(theirs);
  }
});
