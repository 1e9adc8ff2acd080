// OpenAuth from outside: its issuer with its DynamoDB storage, a provider that lets everybody in, and its HTTP
// endpoints.
import { URLSearchParams } from 'node:url';

/** Opens an issuer; its package is installed by the command, for nothing else needs it. */
export async function openAuthIssuer({ endpoint, tableName }) {
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_REGION: 'local',
  });
  const { issuer } = await import('@openauthjs/openauth');
  const { createSubjects } = await import('@openauthjs/openauth/subject');
  const { DynamoStorage } = await import('@openauthjs/openauth/storage/dynamo');
  const schema = {
    '~standard': { version: 1, vendor: 'peers', validate: (value) => ({ value }) },
  };
  const anybody = {
    type: 'anybody',
    init: (routes, context) => routes.get('/authorize', (c) => context.success(c, { id: '1' })),
  };
  const { log, error } = console;
  // Its issuer logs every request, and every failed request to DynamoDB.
  console.log = console.error = () => undefined;
  const app = issuer({
    storage: DynamoStorage({ table: tableName, endpoint }),
    subjects: createSubjects({ user: schema }),
    providers: { anybody },
    allow: () => Promise.resolve(true),
    success: (context, { id }) => context.subject('user', { id }),
  });
  console.log = log;
  const origin = 'http://issuer.example';
  const client = { client_id: 'peers', redirect_uri: 'http://localhost/callback' };
  return {
    async issueCode() {
      const query = new URLSearchParams({ ...client, response_type: 'code', provider: 'anybody' });
      const begun = await app.request(`${origin}/authorize?${query}`);
      const cookies = begun.headers.getSetCookie().map((each) => each.split(';')[0]);
      const headers = { cookie: cookies.join('; ') };
      const done = await app.request(`${origin}/anybody/authorize`, { headers });
      return new URL(done.headers.get('location')).searchParams.get('code');
    },
    async redeemCode(code) {
      const body = new URLSearchParams({ ...client, grant_type: 'authorization_code', code });
      const answer = await app.request(`${origin}/token`, { method: 'POST', body });
      if (answer.status === 200) return true;
      const { error: reason } = await answer.json();
      if (reason === 'invalid_grant') return false;
      throw new Error(`OpenAuth answered ${answer.status} ${reason}`);
    },
    close: () => {
      console.error = error;
    },
  };
}
