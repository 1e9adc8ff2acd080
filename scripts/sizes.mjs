// The most that an entry may add to an application's bundle: KiB, compressed, without zod and the AWS
// SDK. `npm run bench:bundle` prints what it adds, and what that consists of. A budget lies a little
// above that: whoever exceeds it finds out what came along, and only then raises it.
import { allOf, bundleSize } from './bundleSize.mjs';
import { ENTRIES, specifierOf } from './entries.mjs';
import { CommandError } from './run.mjs';

const BUDGETS = {
  '@latchkey/schema': 12.5,
  '@latchkey/entity': 54.5,
  '@latchkey/entity/infrastructure': 18.5,
  '@latchkey/entity/lean': 54.5,
  '@latchkey/entity/testing': 56.5,
  '@latchkey/entity/testing/globalSetup': 3.5,
  '@latchkey/entity/testing/globalTeardown': 0.5,
  '@latchkey/accounts': 83.5,
  '@latchkey/accounts/argon2': 3,
  '@latchkey/accounts/client': 5,
  '@latchkey/accounts/common-passwords': 16.5,
  '@latchkey/accounts/elsewhere': 3.5,
  '@latchkey/accounts/express': 8,
  '@latchkey/accounts/fastify': 8,
  '@latchkey/accounts/hono': 6.5,
  '@latchkey/accounts/foreign-hashes': 14.5,
  '@latchkey/accounts/guard': 23.5,
  '@latchkey/accounts/http': 41,
  '@latchkey/accounts/import': 29.5,
  '@latchkey/accounts/lambda': 9,
  '@latchkey/accounts/listing': 13,
  '@latchkey/accounts/logging': 2.5,
  '@latchkey/accounts/middy': 8,
  '@latchkey/accounts/nest': 7,
  '@latchkey/accounts/node': 7.5,
  '@latchkey/accounts/oauth': 37,
  '@latchkey/accounts/openapi': 6,
  '@latchkey/accounts/opentelemetry': 4,
  '@latchkey/accounts/outbox': 6,
  '@latchkey/accounts/passkeys': 134,
  '@latchkey/accounts/passwordless': 11.5,
  '@latchkey/accounts/phone-numbers': 49,
  '@latchkey/accounts/prehashed-passwords': 2.5,
  '@latchkey/accounts/two-factor': 21,
  '@latchkey/accounts/react': 2,
  '@latchkey/accounts/restore': 8,
  '@latchkey/accounts/self-service': 25,
  '@latchkey/accounts/ses': 6,
  '@latchkey/accounts/smtp': 6,
  '@latchkey/accounts/sns': 5.5,
};

/** Programs that use a part of an entry, and must not bring the rest along. */
const ALONE = {
  "export { Accounts } from '@latchkey/accounts'; export { Table } from '@latchkey/entity'; export { createAccountsHandler, createAccountGuard } from '@latchkey/accounts/http';": 144.5,
  "export { AccountError } from '@latchkey/accounts';": 2.5,
  "export { init, session, signIn, signOut, signUp } from '@latchkey/accounts/client';": 2,
  "export { Accounts } from '@latchkey/accounts'; export { Table } from '@latchkey/entity';": 125,
  "export { Table } from '@latchkey/entity';": 49,
  "export { createLeanClient, Table } from '@latchkey/entity/lean';": 54.5,
  "export { encodeKey } from '@latchkey/entity';": 1.5,
  "export { username } from '@latchkey/schema';": 0.5,
};

/** Compares every entry with its budget. */
export async function checkSizes() {
  const specifiers = Object.entries(ENTRIES).flatMap(([name, entries]) =>
    Object.keys(entries).map((entry) => specifierOf(name, entry)),
  );
  const programs = [
    ...specifiers.map((name) => [name, allOf(name), BUDGETS[name] ?? 0]),
    ...Object.entries(ALONE).map(([program, budget]) => [program, program, budget]),
  ];
  const found = await Promise.all(
    programs.map(async ([name, program, budget]) => {
      const { gzip } = await bundleSize(program, { zod: 'outside' });
      return gzip > budget ? [`${name}: ${gzip.toFixed(1)} KiB of ${budget}`] : [];
    }),
  );
  if (found.flat().length > 0) {
    throw new CommandError(
      `Over the budgets of scripts/sizes.mjs:\n  ${found.flat().join('\n  ')}`,
    );
  }
}
