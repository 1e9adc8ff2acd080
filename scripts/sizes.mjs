// The most that an entry may add to an application's bundle: KiB, compressed, without zod and the AWS
// SDK. `npm run bench:bundle` prints what it adds, and what that consists of. A budget lies a little
// above that: whoever exceeds it finds out what came along, and only then raises it.
import { allOf, bundleSize } from './bundleSize.mjs';
import { ENTRIES, specifierOf } from './entries.mjs';
import { CommandError } from './run.mjs';

const BUDGETS = {
  '@latchkey/schema': 12.5,
  '@latchkey/entity': 53,
  '@latchkey/entity/infrastructure': 19,
  '@latchkey/entity/testing': 56,
  '@latchkey/entity/testing/globalSetup': 3.5,
  '@latchkey/entity/testing/globalTeardown': 0.5,
  '@latchkey/accounts': 88,
  '@latchkey/accounts/argon2': 3.5,
  '@latchkey/accounts/client': 3,
  '@latchkey/accounts/common-passwords': 25.5,
  '@latchkey/accounts/guard': 26.5,
  '@latchkey/accounts/http': 90,
  '@latchkey/accounts/outbox': 6.5,
  '@latchkey/accounts/phone-numbers': 31,
  '@latchkey/accounts/two-factor': 20,
  '@latchkey/accounts/react': 2,
  '@latchkey/accounts/self-service': 74,
  '@latchkey/accounts/ses': 6.5,
  '@latchkey/accounts/smtp': 6.5,
  '@latchkey/accounts/sns': 6,
};

/** Single exports, which must not bring their whole entry along. */
const ALONE = {
  "export { AccountError } from '@latchkey/accounts';": 2.5,
  "export { init, session, signIn, signOut, signUp } from '@latchkey/accounts/client';": 2,
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
