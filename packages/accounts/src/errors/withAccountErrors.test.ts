import { EntityError } from '@latchkey/entity';
import { everythingShown } from '../../test/support/everythingShown.js';
import { errorOf } from '../../test/support/errorOf.js';
import { withAccountErrors } from './withAccountErrors.js';

const item = { email: 'canary@example.com', profile: { born: 'canary' } };

describe('withAccountErrors', () => {
  it.each(['ConditionFailed', 'VersionConflict', 'AlreadyExists'] as const)(
    'keeps of %s what it is, and nobody’s document (ASVS 16.2.5)',
    async (code) => {
      const cause = new EntityError(code, 'It is there.', { entity: 'Account', item });
      cause.operation = 3;
      const error = await errorOf(withAccountErrors(() => Promise.reject(cause)));
      expect(error).toMatchObject({ code: 'ServiceUnavailable', status: 503 });
      expect(error.cause).toMatchObject({ code, operation: 3, details: { entity: 'Account' } });
      expect(everythingShown(error)).not.toContain('canary');
    },
  );

  it.each([
    new EntityError('AmbiguousFilter', '', { entity: 'Account' }),
    new EntityError('TooManyPages', '', { entity: 'Account', maxPages: 1 }),
    new EntityError('NoIndexFits', '', { entity: 'Account', fields: [], indexes: [], reasons: [] }),
    new EntityError('InvalidTransaction', '', { reason: '' }),
  ])('lets no error of the table through: $code', async (cause) => {
    const error = await errorOf(withAccountErrors(() => Promise.reject(cause)));
    expect(error).toMatchObject({ code: 'ServiceUnavailable', cause });
  });
});
