// `node scripts/commonPasswords.mjs`: writes the lists of common passwords again, after an update of
// the package that they come from.
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT } from './setup.mjs';

const PACKAGE = '@zxcvbn-ts/language-common';
const SHORTEST = 6; // of the policy with the lowest minimum
const DEFAULT = 8; // least length of the default policy
const RARE = 11; // from this length on, the ranking has so few that all of them cost next to nothing
const TOP = 3000; // ASVS 6.2.4
const GAP_BYTES = 3;

const accounts = join(ROOT, 'packages', 'accounts');
const require = createRequire(join(accounts, 'package.json'));
// Sorted, the most common first.
const ranked = require(PACKAGE).dictionary['passwords-common'];
const longest = Math.max(...ranked.map((word) => word.length));
const lengthsFrom = (least) =>
  Array.from({ length: longest - least + 1 }, (_value, at) => least + at);

write('commonPasswordGaps', 'COMMON_PASSWORD_GAPS', [DEFAULT, ...lengthsFrom(RARE)]);
write('common/everyLengthGaps', 'EVERY_LENGTH_GAPS', lengthsFrom(SHORTEST));

/** Writes the most common of the words that a policy lets through, for each of some least lengths. */
function write(file, name, lengths) {
  const words = new Set(
    lengths.flatMap((least) => ranked.filter((word) => word.length >= least).slice(0, TOP)),
  );
  const text = gaps([...words].map(digestOf)).toString('base64');
  writeFileSync(
    join(accounts, 'src', 'passwords', `${file}.ts`),
    `// Written by scripts/commonPasswords.mjs from the ranking in ${PACKAGE} (MIT).

/** The gaps between 32 bits of the SHA-256 of ${words.size} common passwords, as base64: see \`DigestList\`. */
export const ${name} =
  '${text}';
`,
  );
  console.log(`${file}: ${words.size} passwords, ${text.length} characters.`);
}

function digestOf(word) {
  return createHash('sha256').update(word.toLowerCase()).digest().readUInt32BE(0);
}

/** Gaps take three bytes where digests take four, and gzip cannot make either much smaller. */
function gaps(digests) {
  const sorted = [...new Set(digests)].sort((a, b) => a - b);
  const bytes = Buffer.alloc(sorted.length * GAP_BYTES);
  // Throws for a gap that three bytes do not hold: only a list much shorter than these has one.
  sorted.forEach((digest, at) => {
    bytes.writeUIntBE(digest - (sorted[at - 1] ?? 0), at * GAP_BYTES, GAP_BYTES);
  });
  return bytes;
}
