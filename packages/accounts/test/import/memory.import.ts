import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createTestTable, localClient } from '@latchkey/entity/testing';
import { IMPORT_FORMATS } from '../../src/import/formats/readUsers.js';
import { EXPORTS } from './exports.js';

/** Users of each format; `npm test` imports a few hundred of each in `formats.test.ts`. */
const USERS = Number(process.env.IMPORT_USERS);
const MIB = 2 ** 20;
const FIRST_ROWS = 2000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-import-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Imports a file in a process of its own, and tells of its heap after every so many rows. */
const program = (file: string, format: string, table: string): string => `
  import { Accounts } from '@latchkey/accounts';
  import { betterAuthScrypt, firebaseScrypt, pbkdf2 } from '@latchkey/accounts/foreign-hashes';
  import { verifyElsewhere } from '@latchkey/accounts/elsewhere';
  import { importAccounts, readUsers } from '@latchkey/accounts/import';
  import { Table } from '@latchkey/entity';
  import { localClient } from '@latchkey/entity/testing';
  import * as z from 'zod';
  const client = localClient();
  const accounts = new Accounts({
    table: new Table({ name: ${JSON.stringify(table)}, client }),
    accountFields: { plan: z.string().optional() },
    sessions: { getTokenSecret: () => 'a secret of at least thirty-two bytes' },
    passwords: {
      extraHashers: [betterAuthScrypt(), firebaseScrypt({ signerKey: 'A'.repeat(86) }), pbkdf2()],
    },
    verifyElsewhere: verifyElsewhere(() => false),
  });
  const heap = [];
  const result = await importAccounts(accounts, readUsers(${JSON.stringify(file)}, '${format}'), {
    onProgress: ({ phase, rows }) => {
      if (rows % ${FIRST_ROWS} !== 0) return;
      gc();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      heap.push({ phase, rows, bytes: heapUsed + arrayBuffers });
    },
  });
  client.destroy();
  console.log(JSON.stringify({ result, heap }));
`;

it.each(IMPORT_FORMATS)(
  `${String(USERS)} users of %s are imported in memory that does not grow with them`,
  async (format) => {
    const client = localClient();
    const test = await createTestTable([], { client });
    try {
      const file = join(folder, format);
      await pipeline(Readable.from(EXPORTS[format].text(USERS)), createWriteStream(file));
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [
          '--expose-gc',
          '--no-warnings',
          '--input-type=module',
          '--eval',
          program(file, format, test.table.name),
        ],
        { cwd: join(__dirname, '../../../..') },
      );
      const { result, heap } = JSON.parse(stdout) as {
        readonly result: unknown;
        readonly heap: readonly {
          readonly phase: string;
          readonly rows: number;
          readonly bytes: number;
        }[];
      };
      expect(result).toMatchObject({ outcome: 'imported', rows: USERS, accounts: USERS });
      // Of the second pass, which keeps what the first one has kept, too.
      const [first, ...later] = heap.filter(({ phase }) => phase === 'write');
      for (const { bytes } of later) {
        // Far less than the file, of which nothing is kept but 12 bytes for each value.
        expect(bytes - (first?.bytes ?? 0)).toBeLessThan(2 * MIB);
      }
      expect((await stat(file)).size).toBeGreaterThan(0);
    } finally {
      await test.drop();
      client.destroy();
    }
  },
  600_000,
);
