// `node scripts/commonPasswords.mjs`: writes the list of common passwords again, after an update of
// the package that it comes from.
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT } from './setup.mjs';

const PACKAGE = '@zxcvbn-ts/language-common';
const SHORTEST = 6; // of the policy with the lowest minimum
const TOP = 3000; // ASVS 6.2.4
const DIGEST_BYTES = 4;

const accounts = join(ROOT, 'packages', 'accounts');
const require = createRequire(join(accounts, 'package.json'));
// Sorted, the most common first.
const ranked = require(PACKAGE).dictionary['passwords-common'];

// The most common of those that a policy lets through, for every least length.
const words = new Set();
const longest = Math.max(...ranked.map((word) => word.length));
for (let length = SHORTEST; length <= longest; length++) {
  for (const word of ranked.filter((each) => each.length >= length).slice(0, TOP)) words.add(word);
}

const digests = [...words]
  .map((word) => createHash('sha256').update(word.toLowerCase()).digest().subarray(0, DIGEST_BYTES))
  .sort(Buffer.compare);
const file = join(accounts, 'src', 'passwords', 'commonPasswordDigests.ts');
writeFileSync(
  file,
  `// Written by scripts/commonPasswords.mjs from the ranking in ${PACKAGE} (MIT).
import { Buffer } from 'node:buffer';

/** 32 bits of the SHA-256 of each common password in lower case, sorted. */
export const COMMON_PASSWORD_DIGESTS: Buffer = Buffer.from(
  '${Buffer.concat(digests).toString('base64')}',
  'base64',
);
`,
);
console.log(`${words.size} passwords, ${Buffer.concat(digests).length} bytes.`);
