import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { createSecretKey } from 'node:crypto';
import { createRequire } from 'node:module';
import { importSource } from '../support/importSource.mjs';

// The copy that the package itself works with.
const jwt = createRequire(new URL('../../packages/accounts/package.json', import.meta.url))(
  'jsonwebtoken',
);
const { AuthTokens } = await importSource('accounts', 'tokens/AuthTokens.ts');

const SECRET = 'a secret of the benchmark, long enough for HS256';
const HOUR = 3_600_000;

/** A token checked by Latchkey, and by bare jsonwebtoken with either kind of key. */
export async function tokenChecks() {
  const tokens = new AuthTokens({ getTokenSecret: () => SECRET });
  const subject = {
    accountId: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
    sessionId: '01BX5ZZKBKACTAV9WEVGEMMVRZ',
    rotation: 0,
    expiresAtMs: Date.now() + HOUR,
  };
  const { authToken } = await tokens.issue(subject, {});
  const key = createSecretKey(Buffer.from(SECRET));
  const options = { algorithms: ['HS256'], audience: 'latchkey', issuer: 'latchkey' };
  const tasks = [
    { name: 'jsonwebtoken, cached KeyObject', run: (token) => jwt.verify(token, key, options) },
    { name: 'jsonwebtoken, string', run: (token) => jwt.verify(token, SECRET, options) },
    { name: 'latchkey', run: (token) => tokens.verify(token, {}) },
  ];
  for (const { name, run } of tasks) {
    const { sub, accountId = sub, jti, secret = jti } = await run(authToken);
    assert.deepEqual([accountId, typeof secret], [subject.accountId, 'string'], name);
    const forged = `${authToken.slice(0, -5)}AAAAA`;
    await assert.rejects(async () => run(forged), name);
  }
  return {
    part: 'token',
    base: tasks[0].name,
    tasks: tasks.map(({ name, run }) => ({ name, run: () => run(authToken) })),
    rounds: 401,
    times: 50,
  };
}
