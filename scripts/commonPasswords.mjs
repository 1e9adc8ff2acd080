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
// As in `PasswordFilter`, which reads the tables.
const ENTRY_BITS = 14;
const ENTRIES_OF_WORD = 7;
const PADDING_BYTES = 2;

const accounts = join(ROOT, 'packages', 'accounts');
const require = createRequire(join(accounts, 'package.json'));
// Sorted, the most common first.
const ranked = require(PACKAGE).dictionary['passwords-common'];
const longest = Math.max(...ranked.map((word) => word.length));
const lengthsFrom = (least) =>
  Array.from({ length: longest - least + 1 }, (_value, at) => least + at);

write('commonPasswordFilter', 'COMMON_PASSWORD_FILTER', [DEFAULT, ...lengthsFrom(RARE)]);
write('common/everyLengthFilter', 'EVERY_LENGTH_FILTER', lengthsFrom(SHORTEST));

/** Writes the most common of the words that a policy lets through, for each of some least lengths. */
function write(file, name, lengths) {
  const words = new Set(
    lengths
      .flatMap((least) => ranked.filter((word) => word.length >= least).slice(0, TOP))
      .map((word) => word.toLowerCase()),
  );
  const text = pack(tableOf([...words].map(numbersOf))).toString('base64');
  writeFileSync(
    join(accounts, 'src', 'passwords', `${file}.ts`),
    `// Written by scripts/commonPasswords.mjs from the ranking in ${PACKAGE} (MIT).

/** The table of ${words.size} common passwords, as base64: see \`PasswordFilter\`. */
export const ${name} =
  '${text}';
`,
  );
  console.log(`${file}: ${words.size} passwords, ${text.length} characters.`);
}

/** The SHA-256 of a word, as eight numbers of 32 bits. */
function numbersOf(word) {
  const digest = createHash('sha256').update(word).digest();
  return Array.from({ length: digest.length / 4 }, (_value, at) => digest.readUInt32BE(at * 4));
}

/** The smallest table in which the entries of each word, XORed, are the word's own bits. */
function tableOf(words) {
  for (let size = words.length; ; size += Math.ceil(words.length / 1000)) {
    const equations = equationsOf(words, size);
    if (equations) return solve(equations);
  }
}

/**
 * Writes one linear equation over GF(2) for each word, as a row of bits with the sum in its last cell,
 * and brings them into echelon form: by the first entry of each. Gives null if they depend on each other.
 */
function equationsOf(words, size) {
  const equations = Array.from({ length: size }, () => null);
  const cells = Math.ceil(size / 32);
  for (const numbers of words) {
    const row = new Uint32Array(cells + 1);
    row[cells] = numbers[ENTRIES_OF_WORD] >>> (32 - ENTRY_BITS);
    for (const number of numbers.slice(0, ENTRIES_OF_WORD)) {
      const entry = number % size;
      row[entry >>> 5] ^= 1 << (entry & 31);
    }
    const first = reduce(row, equations);
    if (first === undefined) return null;
    equations[first] = row;
  }
  return equations;
}

/** Takes equations off a row until none begins with its first entry, which it gives. */
function reduce(row, equations) {
  for (const [entry, equation] of equations.entries()) {
    if (!hasEntry(row, entry)) continue;
    if (!equation) return entry;
    for (let cell = entry >>> 5; cell < row.length; cell++) row[cell] ^= equation[cell];
  }
  return undefined;
}

function solve(equations) {
  const table = equations.map(() => 0);
  for (const [entry, equation] of [...equations.entries()].reverse()) {
    if (!equation) continue;
    table[entry] = table.reduce(
      (sum, value, later) => (later > entry && hasEntry(equation, later) ? sum ^ value : sum),
      equation.at(-1),
    );
  }
  return table;
}

function hasEntry(row, entry) {
  return ((row[entry >>> 5] >>> (entry & 31)) & 1) === 1;
}

function pack(table) {
  const bits = table.map((value) => value.toString(2).padStart(ENTRY_BITS, '0')).join('');
  const bytes = bits.match(/.{1,8}/g).map((byte) => parseInt(byte.padEnd(8, '0'), 2));
  return Buffer.concat([Buffer.from(bytes), Buffer.alloc(PADDING_BYTES)]);
}
