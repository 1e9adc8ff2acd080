// A Worker with a route of its own, for whoever has a session: the `Guard` on the lean client.
import { Guard } from '@latchkey/accounts/guard';
import { createLeanClient, Table } from '@latchkey/entity/lean';

let guard;

function guardOf({ ENDPOINT, TABLE, TOKEN_SECRET }) {
  const client = createLeanClient({
    endpoint: ENDPOINT,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const table = new Table({ name: TABLE, client });
  return new Guard({ table, sessions: { getTokenSecret: () => TOKEN_SECRET } });
}

export default {
  async fetch({ headers }, env) {
    guard ??= guardOf(env);
    const authToken = headers.get('authorization')?.slice('Bearer '.length);
    const request = {
      requestIp: headers.get('cf-connecting-ip') ?? '192.0.2.7',
      userAgent: headers.get('user-agent') ?? '',
      onCallDestroySession: null,
      ...(authToken !== undefined && { authToken }),
    };
    try {
      const { user } = await guard.handleRequest(request);
      return globalThis.Response.json({ username: user?.username ?? null });
    } catch ({ code = 'Unknown', status = 500 }) {
      return globalThis.Response.json({ code }, { status });
    }
  },
};
