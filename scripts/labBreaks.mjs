// Ways to break what the lab promises, each in one line of the library. `npm run lab -- --breaks` bundles the
// library with each of them in turn, and the lab must find a violation.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError } from './run.mjs';

/** The breaks, and the line of each. */
export const BREAKS = [
  {
    name: 'a logout ends nothing',
    file: 'accounts/src/sessions/SessionLogout.ts',
    from: '        },\n        update: { $set: { valid: false } },',
    to: '        },\n        update: { $set: { valid: true } },',
  },
  {
    name: 'a revocation ends no other session',
    file: 'accounts/src/core/AccountChange.ts',
    from: '    this.set({ ...marksOfRevocation(sessionGeneration) });\n',
    to: '',
  },
  {
    name: 'a one-time value has several winners',
    file: 'accounts/src/core/AccountChange.ts',
    from: '      condition: { used: { $ne: true } },\n',
    to: '',
  },
  {
    name: 'a remedy revokes no token',
    file: 'accounts/src/core/AccountChange.ts',
    from: '      this.set({ [field]: mark });\n',
    to: "      if (kind !== 'tokens') this.set({ [field]: mark });\n",
  },
  {
    name: 'a unique value has several owners',
    file: 'entity/src/keys/TableAttributes.ts',
    from: "        ? { ConditionExpression: 'attribute_not_exists(PK)' }",
    to: '        ? {}',
  },
  {
    // Rotations at once may both write: each derives the same token from the one that it replaces.
    name: 'a token is followed by another one for each who asks',
    file: 'accounts/src/tokens/AuthTokens.ts',
    from: 'token.sessionId, String(rotation)]',
    to: 'token.sessionId, String(Math.random())]',
  },
  {
    name: 'an address counts before it is verified',
    file: 'accounts/src/flows/isVerifiedIdentifier.ts',
    from: 'verified === true && data.kind === kind',
    to: 'data.kind === kind',
  },
  {
    name: 'a second factor is not asked for',
    file: 'accounts/src/core/requiredSecondFactor.ts',
    from: '  if (methods.length > 0) {',
    to: '  if (methods.length > 99) {',
  },
  {
    name: 'a recovery code has several winners',
    file: 'accounts/src/twoFactor/verifySecondFactor.ts',
    from: '  const condition = { used: { $ne: true } } as const;',
    to: '  const condition = {};',
  },
  {
    name: 'a login that waits outlives a change of the second factor',
    file: 'accounts/src/twoFactor/findChallenge.ts',
    from: 'if (challenge.meta?.generation !== factors.account.sessionGeneration) throw challengeRefused();',
    to: '',
  },
  {
    name: 'a change of username is only said',
    file: 'accounts/src/lifecycle/AccountProfile.ts',
    from: '          setUsername(change, username);\n          return () => savedOf(change.saved);',
    to: '          return () => change.account;',
  },
];

/** An esbuild plugin that breaks one line while it bundles. */
export function breaking({ name, file, from, to }, packages) {
  const path = join(packages, file);
  return {
    name: 'break',
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, ({ path: loaded }) => {
        if (loaded !== path) return undefined;
        const source = readFileSync(path, 'utf8');
        if (source.split(from).length !== 2) {
          throw new CommandError(`The line that "${name}" breaks is not in ${file} once.`);
        }
        return { contents: source.replace(from, () => to), loader: 'ts' };
      });
    },
  };
}
