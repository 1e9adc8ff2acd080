import { EntityError } from '@latchkey/entity';
import { everythingShown } from '../../test/support/everythingShown.js';
import { errorOf } from '../../test/support/errorOf.js';
import { withAccountErrors } from './withAccountErrors.js';

const item = { email: 'canary@example.com', profile: { born: 'canary' } };

describe('withAccountErrors', () => {
  it.each(['ConditionFailed', 'VersionConflict', 'AlreadyExists'] as const)(
    'ASVS 16.2.5: keeps of %s what it is, and nobody’s document',
    async (code) => {
      const cause = new EntityError(code, 'It is there.', { entity: 'Account', item });
      cause.operation = 3;
      const error = await errorOf(withAccountErrors(() => Promise.reject(cause)));
      expect(error).toMatchObject({ code: 'ServiceUnavailable', status: 503 });
      expect(error.cause).toMatchObject({ code, operation: 3, details: { entity: 'Account' } });
      expect(everythingShown(error)).not.toContain('canary');
    },
  );

  it('ASVS 16.2.5: does not name the place of an unreadable value, which may be somebody’s', async () => {
    const details = { entity: 'Account', id: 'canary', path: 'profile.canary', reason: 'canary' };
    for (const written of [{}, { written: true } as const]) {
      const cause = new EntityError('UnreadableItem', 'canary', { ...details, ...written });
      const error = await errorOf(withAccountErrors(() => Promise.reject(cause)));
      expect(error).toMatchObject({ code: 'InvalidConfiguration', cause });
      expect(JSON.stringify([error, error.message])).not.toContain('canary');
      expect(error.message.includes('do not repeat')).toBe('written' in written);
    }
  });
});
