// OpenAuth from outside: its issuer with its DynamoDB storage, a provider that lets everybody in, and its HTTP
// endpoints.

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
  const silent = console.log;
  const app = issuer({
    storage: DynamoStorage({ table: tableName, endpoint }),
    subjects: createSubjects({ user: schema }),
    providers: { anybody },
    allow: () => Promise.resolve(true),
    success: (context, { id }) => context.subject('user', { id }),
  });
  const origin = 'http://issuer.example';
  const client = { client_id: 'peers', redirect_uri: 'http://localhost/callback' };
  // Its issuer logs every request.
  const request = async (path, init) => {
    console.log = () => undefined;
    try {
      return await app.request(`${origin}${path}`, init);
    } finally {
      console.log = silent;
    }
  };
  return {
    async issueCode() {
      const query = new URLSearchParams({ ...client, response_type: 'code', provider: 'anybody' });
      const begun = await request(`/authorize?${query}`);
      const cookie = begun.headers
        .getSetCookie()
        .map((each) => each.split(';')[0])
        .join('; ');
      const done = await request('/anybody/authorize', { headers: { cookie } });
      return new URL(done.headers.get('location')).searchParams.get('code');
    },
    async redeemCode(code) {
      const body = new URLSearchParams({ ...client, grant_type: 'authorization_code', code });
      const answer = await request('/token', { method: 'POST', body });
      if (answer.status >= 500) throw new Error(`OpenAuth answered ${answer.status}`);
      return answer.status === 200;
    },
  };
}
