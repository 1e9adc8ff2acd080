import type * as z from 'zod';
import { sampleOf } from '../../../entity/test/support/sampleOf.js';
import { Dice } from '../../../entity/test/hostile/fuzz/Dice.js';
import {
  HOSTILE_JSON,
  HOSTILE_STRINGS,
  HUGE_STRINGS,
} from '../../../entity/test/hostile/fuzz/hostileValues.js';
import { outcomeOf } from '../../../entity/test/hostile/fuzz/outcomeOf.js';
import type { AnyRoute } from '../../src/http/Route.js';
import { routes } from '../../src/http/routes/routes.js';
import { createTestHandler, PASSWORD, type Got, type TestHandler } from '../http/support.js';
import { PASSKEYS } from '../passkeys/support.js';
import { passkeys } from '../../src/passkeys/index.js';
import { totp } from '../../src/twoFactor/totp.js';

const SEED = Number(process.env.FUZZ_SEED ?? 1);
const MINUTES = Number(process.env.FUZZ_MINUTES ?? 0);
/** Requests to each route in `npm test`. */
const REQUESTS = 5;

const ALL = Object.entries<AnyRoute>(routes);
const HEADERS = [
  'accept',
  'app-id',
  'authorization',
  'content-length',
  'cookie',
  'host',
  'origin',
  'referer',
  'sec-fetch-site',
  'x-forwarded-for',
];

let server: TestHandler;
let authToken: string;
beforeAll(async () => {
  server = await createTestHandler(
    {},
    {
      throttling: { address: false, messages: false },
      passkeys: passkeys(PASSKEYS),
      twoFactor: totp({
        issuer: 'Tests',
        encryptionKeys: [{ kid: 'a', key: Buffer.alloc(32, 7) }],
      }),
    },
  );
});
afterAll(() => server.drop());

/** A session; a new one where a request has ended the one before. */
async function signedIn(): Promise<string> {
  const { accounts } = server;
  if (authToken) {
    const request = { authToken, requestIp: '', userAgent: '', onCallDestroySession: null };
    const isAlive = await accounts.handleRequest(request).then(
      () => true,
      () => false,
    );
    if (isAlive) return authToken;
  }
  const username = `user${String(performance.now()).replace('.', '')}`;
  const own = { username, email: `${username}@example.com`, password: PASSWORD };
  const request = { requestIp: '', userAgent: '', onCallDestroySession: null };
  ({ authToken } = await accounts.createAccountAndLogin({ ...own, request }));
  return authToken;
}

function hostileText(dice: Dice): string {
  return String(dice.pick(dice.below(20) === 0 ? HUGE_STRINGS : HOSTILE_STRINGS).make());
}

/** A body whose fields are a route's own, each of a form that its schema does not know. */
function bodyOf(route: AnyRoute, dice: Dice): string {
  const schema = route.body?.(server.accounts) as z.ZodObject | undefined;
  const names = Object.keys(schema?.shape ?? {});
  if (names.length === 0 || dice.below(5) === 0) {
    return dice.pick([hostileText(dice), '[]', '{"a":'.repeat(5000), '['.repeat(100_000), 'null']);
  }
  const values = names.map((name) => {
    const hostile = dice.below(3) === 0 ? dice.pick(HOSTILE_JSON).make() : hostileText(dice);
    return [name, dice.below(2) === 0 ? hostile : name.includes('assword') ? PASSWORD : 'canary'];
  });
  return JSON.stringify(Object.fromEntries(values));
}

async function fuzz([name, route]: readonly [string, AnyRoute], seed: number): Promise<string[]> {
  const dice = new Dice(seed);
  const token = await signedIn();
  const segment = encodeURIComponent(hostileText(dice).slice(0, 2000).toWellFormed());
  const path = `/auth${route.path.replaceAll(/\{\w+\}/g, segment)}`;
  const query =
    dice.below(3) === 0 ? `?${dice.pick(['token', 'code', '__proto__'])}=${segment}` : '';
  const headers = new Headers({ 'content-type': 'application/json' });
  if (dice.below(4) > 0) headers.set('authorization', `Bearer ${token}`);
  if (dice.below(2) === 0) {
    // A header holds bytes.
    const bytes = Buffer.from(hostileText(dice).slice(0, 4000)).toString('latin1');
    headers.set(dice.pick(HEADERS), bytes.replaceAll(/[\0\r\n]/g, '').trim());
  }
  const readsBody = !['GET', 'HEAD', 'DELETE'].includes(route.method);
  const { reported } = server;
  reported.length = 0;
  const outcome = await outcomeOf(() =>
    server.send(path + query, {
      method: route.method,
      headers: Object.fromEntries(headers),
      ...(readsBody && { body: bodyOf(route, dice) }),
    }),
  );
  await server.accounts.settled();
  const at = `${name} with seed ${String(seed)}`;
  if (outcome.kind === 'hung') return [`${at} does not end`];
  if (outcome.kind === 'thrown') return [`${at} throws ${String(outcome.error).slice(0, 200)}`];
  const { status, text } = outcome.value as Got;
  return [
    ...(status >= 500 ? [`${at} answers ${String(status)}: ${text.slice(0, 200)}`] : []),
    ...(reported.length > 0 ? [`${at} reports ${String(reported[0]).slice(0, 300)}`] : []),
    ...(text.includes('canary') ? [`${at} shows a secret: ${text.slice(0, 200)}`] : []),
  ];
}

it.each(sampleOf(ALL, 4))(
  'hostile requests to %s get an answer below 500, and none of the secrets',
  async (name, route) => {
    const faults: string[] = [];
    for (let request = 0; request < REQUESTS; request++) {
      faults.push(...(await fuzz([name, route], SEED * 1000 + request)));
    }
    expect(faults).toEqual([]);
  },
);

if (MINUTES > 0) {
  it(
    `hostile requests get an answer below 500 for ${String(MINUTES)} minutes`,
    async () => {
      const faults = new Set<string>();
      const end = Date.now() + MINUTES * 60_000;
      for (let seed = SEED; Date.now() < end; seed++) {
        for (const each of ALL) for (const fault of await fuzz(each, seed)) faults.add(fault);
      }
      expect([...faults]).toEqual([]);
    },
    MINUTES * 60_000 + 120_000,
  );
}
