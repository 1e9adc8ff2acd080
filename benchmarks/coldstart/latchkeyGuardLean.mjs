import { Guard } from '@latchkey/accounts/guard';
import { createLeanClient, Table } from '@latchkey/entity/lean';

const table = new Table({ name: 'latchkey-guard-lean', client: createLeanClient() });
const guard = new Guard({
  table,
  sessions: { getTokenSecret: () => 'a secret of the benchmark, 32 bytes' },
});

/** Makes an account and a session, by what the function itself goes without. */
export async function prepare() {
  const { latchkeyWith } = await import('./latchkeyWith.mjs');
  return latchkeyWith(table).prepare();
}

/** Tells who sends a request. */
export async function answer(authToken) {
  const { user } = await guard.handleRequest({
    requestIp: '192.0.2.7',
    userAgent: 'bench',
    onCallDestroySession: null,
    authToken,
  });
  return user?.username;
}
