import { AccountError, Accounts, BcryptHasher } from '@latchkey/accounts';
import { createClient } from '@latchkey/entity';
import { createTestTable } from '@latchkey/entity/testing';
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

const require = createRequire(new URL('../../packages/accounts/package.json', import.meta.url));
const COST = 10;
const PASSWORD = 'correct horse battery staple';

/**
 * Opens the bare pieces, our hasher, and accounts in a table, with as many threads each.
 *
 * @param endpoint - of DynamoDB Local.
 * @param atOnce - how many calls run at the same time, each with an account of its own.
 * @returns `contenders`: `{ name, run, warmUps }`, where `run` compares one password.
 * @throws if one of them does not compare.
 */
export async function openContenders({ endpoint, atOnce }) {
  // One processor is left for the database, which has its own in real life, and for the event loop.
  const threads = Math.max(1, Math.min(availableParallelism() - 1, 8));
  const opened = [
    openBare(threads),
    await openHasher(threads),
    await openAccounts(threads, endpoint, atOnce),
  ];
  for (const { name, compare } of opened) {
    if (!(await compare(PASSWORD)) || (await compare(`${PASSWORD}x`))) {
      throw new Error(`${name} does not compare passwords.`);
    }
  }
  return {
    contenders: opened.map(({ name, compare, warmUps }) => ({
      name,
      run: () => compare(PASSWORD),
      warmUps,
    })),
    threads,
    close: () => Promise.all(opened.map(({ close }) => close?.())),
  };
}

function openBare(threads) {
  const { Piscina } = require('piscina');
  const { hashSync } = require('bcryptjs');
  const filename = fileURLToPath(new URL('./bareWorker.mjs', import.meta.url));
  const pool = new Piscina({ filename, minThreads: threads, maxThreads: threads });
  const hash = hashSync(PASSWORD, COST);
  return {
    name: 'bare piscina + bcryptjs',
    compare: (password) => pool.run({ password, hash }),
    close: () => pool.destroy(),
  };
}

async function openHasher(threads) {
  const hasher = new BcryptHasher({ cost: COST, threads });
  const stored = await hasher.hash(PASSWORD);
  return { name: 'BcryptHasher', compare: (password) => hasher.verify(password, stored) };
}

async function openAccounts(threads, endpoint, atOnce) {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = createClient({ endpoint, region: 'local', credentials });
  const { table, drop } = await createTestTable([], { client });
  const secret = randomBytes(32).toString('base64');
  const accounts = new Accounts({
    table,
    sessions: { getTokenSecret: () => secret },
    passwords: { hasher: new BcryptHasher({ cost: COST, threads }) },
  });
  // One for each that is under way, so that no two write to the same items.
  const idle = Array.from({ length: atOnce }, (_, index) => `user${index}`);
  for (const username of idle) await accounts.createAccount({ username, password: PASSWORD });

  let logins = 0;
  const compare = async (password) => {
    const username = idle.pop();
    // Each client has an address of its own, for no address may try for ever.
    const requestIp = `10.${(logins >> 16) & 255}.${(logins >> 8) & 255}.${logins & 255}`;
    logins++;
    const request = { requestIp, userAgent: 'bench', onCallDestroySession: null };
    try {
      await accounts.userByPasswordLogin({ username, password, request });
      return true;
    } catch (error) {
      if (AccountError.is(error) && error.code === 'LoginFailed') return false;
      throw error;
    } finally {
      idle.push(username);
    }
  };
  const close = async () => {
    await drop();
    client.destroy();
  };
  // The AWS SDK is much code, which takes some hundreds of logins until all of it is compiled.
  return { name: 'userByPasswordLogin', compare, warmUps: 16, close };
}
