import { codeOf, errorOf } from '../../test/support/errorOf.js';
import { commonPasswords } from './common/commonPasswords.js';
import { PasswordService, type PasswordOptions } from './PasswordService.js';

const create = (options: PasswordOptions): Promise<PasswordService> =>
  Promise.resolve().then(() => new PasswordService(options));

describe('the list of common passwords', () => {
  it.each([
    'userbase',
    { preset: 'origin', refuseCommon: true },
    { minLength: 9 },
    { minLength: 10 },
  ] as const)('must be given where the built-in one does not suffice: %j', async (policy) => {
    const error = await errorOf(create({ policy }));
    expect(error).toMatchObject({
      code: 'InvalidConfiguration',
      details: { path: 'passwords.common' },
    });
    expect(await codeOf(create({ policy, common: commonPasswords() }))).toBe('none');
  });

  it.each([
    'nist',
    'origin',
    { minLength: 11 },
    { minLength: 15 },
    { preset: 'userbase', refuseCommon: false },
    { preset: 'userbase', minLength: 8 },
  ] as const)('need not be given elsewhere: %j', async (policy) => {
    expect(await codeOf(create({ policy }))).toBe('none');
  });

  it('is the one that was given', async () => {
    const common = { isCommon: (password: string) => Promise.resolve(password === 'tr0ub4dor&3') };
    const service = await create({ common });
    expect(await codeOf(service.parseNew('tr0ub4dor&3', 'password', []))).toBe(
      'PasswordNotAllowed',
    );
    expect(await service.parseNew('password', 'password', [])).toBe('password');
  });
});
