import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { findAccount } from '../console/findAccount.js';
import { AccountError } from '../errors/AccountError.js';
import type { AccountDocument } from '../requests/SessionRequest.js';
import { accountText, jsonText, printable } from './accountText.js';
import { assertTable } from './assertTable.js';
import { EXIT, type Command, type CommandTools } from './Command.js';
import { loadAccounts, type LoadedAccounts } from './loadAccounts.js';
import { toSentence } from './toSentence.js';

const USAGE = `latchkey accounts <command> <identifier> --app <file> [options] works on one account of an application.
The identifier is a username, an e-mail address, a phone number or an account id. Its commands:
  find                       prints the account's id
  show                       prints everything but secrets: contacts, the 50 newest sessions, factors,
                             pending tokens, failed attempts
  deactivate                 refuses logins, and ends every session
  reactivate                 allows logins again
  revoke                     ends every session, and revokes tokens that were sent
  delete                     deletes the account with everything that belongs to it, after the
                             identifier was typed again
  export                     prints all of its data as JSON
Their options:
  --app <file>               the module that exports the application's Accounts
  --export <name>            the name of the export, if there are several
  --foreign-id <id>          in place of the identifier: the id in the system it was imported from
  --provider <name>          the identifier is the user's id at this identity provider
  --json                     find, show: prints JSON
  --yes                      delete: does not ask
  --out <file>               export: writes a new file, which only its owner can read
`;

const COMMON = {
  app: { type: 'string' },
  export: { type: 'string' },
  'foreign-id': { type: 'string' },
  provider: { type: 'string' },
} as const;
const JSON_OPTION = { json: { type: 'boolean' } } as const;

/** An account that was found, and how it was asked for. */
interface Subject {
  readonly loaded: LoadedAccounts;
  readonly account: AccountDocument;
  /** The identifier as it was typed. */
  readonly typed: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly tools: CommandTools;
}

/** A command of `latchkey accounts`. */
interface AccountsAction {
  readonly options: Readonly<Record<string, { readonly type: 'boolean' | 'string' }>>;
  /** Tells whether nothing is changed or handed out: the account may be one that has only claimed the address. */
  readonly isHarmless?: boolean;
  /** Does it, and gives the exit code. */
  readonly run: (subject: Subject) => Promise<number>;
}

const ACTIONS: Readonly<Record<string, AccountsAction>> = {
  find: {
    options: JSON_OPTION,
    isHarmless: true,
    run: ({ account, values, tools }) => {
      const { accountId, username, foreignId, permissions, deactivated, createdAt } = account;
      const found = { accountId, username, foreignId, permissions, deactivated, createdAt };
      tools.out(values.json === true ? jsonText(found) : `${accountId}\n`);
      return Promise.resolve(EXIT.done);
    },
  },
  show: {
    options: JSON_OPTION,
    isHarmless: true,
    run: async ({ loaded: { flows }, account, values, tools }) => {
      const shown = await findAccount(flows.core, account.accountId);
      tools.out(values.json === true ? jsonText(shown) : accountText(shown, tools.style.out));
      return EXIT.done;
    },
  },
  deactivate: {
    options: {},
    run: async ({ loaded: { accounts }, account: { accountId }, tools }) => {
      await accounts.lifecycle.deactivate({ accountId });
      tools.error(`${accountId} is deactivated, and its sessions have ended.\n`);
      return EXIT.done;
    },
  },
  reactivate: {
    options: {},
    run: async ({ loaded: { accounts }, account: { accountId }, tools }) => {
      await accounts.lifecycle.reactivate({ accountId });
      tools.error(`${accountId} can log in again.\n`);
      return EXIT.done;
    },
  },
  revoke: {
    options: {},
    run: async ({ loaded: { accounts }, account: { accountId }, tools }) => {
      await accounts.sessions.revokeAllSessions({ accountId });
      tools.error(`All sessions of ${accountId} have ended.\n`);
      return EXIT.done;
    },
  },
  delete: { options: { yes: { type: 'boolean' } }, run: deleteAccount },
  export: { options: { out: { type: 'string' } }, run: exportAccount },
};

/**
 * The command `latchkey accounts`.
 *
 * @param load - loads the application's accounts.
 */
export function accountsCommand(load: typeof loadAccounts = loadAccounts): Command {
  return {
    usage: USAGE,
    run: async ([name = '', ...args], tools) => {
      const { UsageError } = tools;
      const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
      if (!action) {
        const names = Object.keys(ACTIONS);
        const hint = tools.hintFor(name, names);
        throw new UsageError(
          `expected "accounts" followed by one of ${names.join(', ')} (${hint}).`,
        );
      }
      const command = `accounts ${name}`;
      const { identifiers, others } = splitIdentifiers(args, { ...COMMON, ...action.options });
      const values = tools.valuesOf(command, { ...COMMON, ...action.options }, others);
      const target = targetOf(command, identifiers, values, tools);
      if (typeof values.app !== 'string')
        throw new UsageError(`${command} needs --app (see --help).`);
      const exported = typeof values.export === 'string' ? values.export : undefined;
      const loaded = await load(values.app, exported, tools);
      await assertTable(loaded);
      try {
        const account = await findTarget(loaded, target);
        if (account && (action.isHarmless || (await isOwn(loaded, account, target))))
          return await action.run({ loaded, account, typed: target.value, values, tools });
        if (account) {
          const { accountId } = account;
          const claimed = `${printable(target.value)} is claimed by the account ${accountId}, and not verified`;
          tools.error(
            `latchkey: ${claimed}: it may be somebody else's. Name the account by its id.\n`,
          );
          return EXIT.lacking;
        }
      } catch (error) {
        if (!AccountError.is(error) || error.code !== 'UserNotFound') {
          throw toSentence(error, tools);
        }
      }
      tools.error(`latchkey: no account has ${kindOf(target)} ${printable(target.value)}.\n`);
      return EXIT.lacking;
    },
  };
}

/** An identifier, and what it is an identifier of. */
interface Target {
  readonly value: string;
  readonly foreign: boolean;
  readonly provider: string | undefined;
}

/** Takes the identifiers out of a command line, wherever they stand. */
function splitIdentifiers(
  args: readonly string[],
  options: AccountsAction['options'],
): { identifiers: string[]; others: string[] } {
  const { positionals, tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const taken = new Set(tokens.filter(({ kind }) => kind !== 'option').map(({ index }) => index));
  return { identifiers: positionals, others: args.filter((_, at) => !taken.has(at)) };
}

/** @throws UsageError unless there is one identifier. */
function targetOf(
  command: string,
  identifiers: readonly string[],
  values: Readonly<Record<string, unknown>>,
  { UsageError }: CommandTools,
): Target {
  const { 'foreign-id': foreignId, provider: given } = values;
  const provider = typeof given === 'string' ? given : undefined;
  const all = [...identifiers, ...(typeof foreignId === 'string' ? [foreignId] : [])];
  const [value] = all;
  if (value === undefined || value === '') {
    throw new UsageError(`${command} needs an identifier (see --help).`);
  }
  if (all.length > 1) throw new UsageError(`${command} takes one identifier (see --help).`);
  const foreign = typeof foreignId === 'string';
  if (foreign && provider !== undefined) {
    throw new UsageError(`${command} takes --foreign-id or --provider, not both.`);
  }
  return { value, foreign, provider };
}

function findTarget(
  { accounts }: LoadedAccounts,
  { value, foreign, provider }: Target,
): Promise<AccountDocument | null> {
  if (provider !== undefined) return accounts.contacts.findByIdentity({ provider, value });
  return accounts.findUser(foreign ? { foreignId: value } : { username: value });
}

/**
 * Tells whether an identifier is known to be the account's: an address that it has only claimed may be that of who
 * asks for something to be done about another one.
 */
async function isOwn(
  { accounts }: LoadedAccounts,
  { accountId, username }: AccountDocument,
  { value, foreign, provider }: Target,
): Promise<boolean> {
  const typed = value.trim().toLowerCase();
  if (foreign || provider !== undefined) return true;
  if ([accountId, username].some((own) => own?.toLowerCase() === typed)) return true;
  const contacts = await accounts.contacts.list({ accountId });
  const isUnclear = contacts.some(({ verified }) => verified !== true);
  return !isUnclear || contacts.some((each) => each.verified === true && each.data.value === typed);
}

function kindOf({ foreign, provider }: Target): string {
  if (foreign) return 'the foreign id';
  return provider === undefined ? 'the identifier' : `at ${printable(provider)} the identity`;
}

async function deleteAccount({
  loaded: { accounts },
  account: { accountId },
  typed,
  values,
  tools,
}: Subject): Promise<number> {
  if (values.yes !== true) {
    const answer = await tools.ask(
      `This deletes the account ${accountId} with everything that belongs to it, for ever.\n` +
        `Type ${printable(typed)} to delete it: `,
    );
    if (answer !== typed) {
      tools.error('latchkey: not confirmed; nothing was deleted.\n');
      return EXIT.failed;
    }
  }
  const { deletedCount } = await accounts.lifecycle.delete({ accountId });
  tools.error(`${accountId} is deleted, with ${deletedCount} documents.\n`);
  return EXIT.done;
}

async function exportAccount({
  loaded: { accounts },
  account: { accountId },
  values: { out: file },
  tools,
}: Subject): Promise<number> {
  const text = jsonText(await accounts.lifecycle.export({ accountId }));
  if (typeof file !== 'string') {
    tools.out(text);
    return EXIT.done;
  }
  try {
    // What it holds is somebody's, and so may be what is already there.
    await writeFile(file, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new tools.UsageError(`there is already a file ${file}.`);
  }
  tools.error(`${accountId} is exported to ${file}.\n`);
  return EXIT.done;
}
