import { randomBytes } from 'node:crypto';
import { AccountError } from '../errors/AccountError.js';
import { TokenKeys } from '../tokens/TokenKeys.js';
import { prepareEncryptionKeys } from '../twoFactor/prepareEncryptionKeys.js';
import { EXIT, type Command } from './Command.js';

const USAGE = `latchkey secret [options] prints a random secret of 32 bytes, and keeps it nowhere. Its options:
  --for <use>                token-secret, which getTokenSecret returns (default), or encryption-key,
                             which encryptionKeys contains
  --kid <name>               prints an entry of a list as JSON, with this name in it
`;

const OPTIONS = { for: { type: 'string' }, kid: { type: 'string' } } as const;
const BYTES = 32;

/** Use of a secret: its text, and the entry of a list, which the library's own rules check. */
interface Use {
  readonly create: () => string;
  readonly entryOf: (kid: string, secret: string) => object;
}

const USES: Readonly<Record<string, Use>> = {
  'token-secret': {
    create: () => randomBytes(BYTES).toString('base64url'),
    entryOf: (kid, secret) => {
      const entry = { kid, secret };
      new TokenKeys().prepare([entry]);
      return entry;
    },
  },
  'encryption-key': {
    create: () => randomBytes(BYTES).toString('base64'),
    entryOf: (kid, key) => {
      const entry = { kid, key };
      prepareEncryptionKeys([entry]);
      return entry;
    },
  },
};

/** The command `latchkey secret`. */
export const secretCommand: Command = {
  usage: USAGE,
  // A promise from the start: its caller expects no error to be thrown.
  run: (args, { valuesOf, UsageError, out }) =>
    Promise.resolve().then(() => {
      const { for: name = 'token-secret', kid } = valuesOf('secret', OPTIONS, args);
      const use = typeof name === 'string' && Object.hasOwn(USES, name) ? USES[name] : undefined;
      if (!use) throw new UsageError(`--for must be ${Object.keys(USES).join(' or ')}.`);
      const secret = use.create();
      try {
        out(`${typeof kid === 'string' ? JSON.stringify(use.entryOf(kid, secret)) : secret}\n`);
      } catch (error) {
        if (!AccountError.is(error)) throw error;
        throw new UsageError('--kid must be 1 to 64 visible ASCII characters.');
      }
      return EXIT.done;
    }),
};
