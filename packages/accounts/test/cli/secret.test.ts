import { commandTools } from '../../../entity/src/cli/loadAccountCommands.js';
import { UsageError } from '../../../entity/src/cli/UsageError.js';
import { secretCommand } from '../../src/cli/secretCommand.js';
import { TokenKeys } from '../../src/tokens/TokenKeys.js';
import { prepareEncryptionKeys } from '../../src/twoFactor/prepareEncryptionKeys.js';

async function secret(...args: readonly string[]): Promise<string> {
  let printed = '';
  const out = (text: string): unknown => (printed += text);
  expect(await secretCommand.run(args, commandTools({ out, error: out }))).toBe(0);
  expect(printed.endsWith('\n')).toBe(true);
  return printed.slice(0, -1);
}

describe('latchkey secret', () => {
  it.each([[[]], [['--for', 'token-secret']]])(
    '%j prints a secret of 32 random bytes, which signs tokens',
    async (args) => {
      const printed = await secret(...args);
      expect(printed).toMatch(/^[\w-]{43}$/);
      expect(Buffer.from(printed, 'base64url')).toHaveLength(32);
      expect(() => new TokenKeys().prepare(printed)).not.toThrow();
      expect(await secret(...args)).not.toBe(printed);
    },
  );

  it('prints a key of 32 random bytes, which encrypts', async () => {
    const key = await secret('--for', 'encryption-key');
    expect(key).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    expect(prepareEncryptionKeys([{ kid: 'a', key }])).toHaveLength(1);
    expect(await secret('--for', 'encryption-key')).not.toBe(key);
  });

  it('prints an entry of a list with its name', async () => {
    const kid = '2026-11"';
    const token = JSON.parse(await secret('--kid', kid)) as Record<string, string>;
    expect(Object.keys(token)).toEqual(['kid', 'secret']);
    expect(new TokenKeys().prepare([token])).toMatchObject([{ kid }]);
    const key = JSON.parse(await secret('--for', 'encryption-key', '--kid', kid)) as object;
    expect(prepareEncryptionKeys([key])).toMatchObject([{ kid }]);
  });

  it.each([
    [['--for', 'password'], '--for must be token-secret or encryption-key.'],
    [['--for', 'constructor'], '--for must be token-secret or encryption-key.'],
    [['--kid', ''], '--kid must be 1 to 64 visible ASCII characters.'],
    [['--kid', 'a b'], '--kid must be 1 to 64 visible ASCII characters.'],
    [['--for', 'encryption-key', '--kid', 'k'.repeat(65)], '--kid must be 1 to 64 visible'],
    [['--kids', 'a'], "secret: unknown option '--kids' (did you mean --kid?)."],
    [['32'], "unexpected argument '32'"],
  ])('refuses %j', async (args, message) => {
    const refused = secret(...args);
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow(message);
  });
});
