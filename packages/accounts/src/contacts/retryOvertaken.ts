import { EntityError } from '@latchkey/entity';

const MAX_RACES = 10;

/**
 * Does what is decided on a reading of an account, and does it again, from the reading on, where
 * somebody has changed the account or its contacts in between.
 */
export async function retryOvertaken<T>(readAndChange: () => Promise<T>): Promise<T> {
  for (let race = 1; ; race++) {
    try {
      return await readAndChange();
    } catch (error) {
      if (race === MAX_RACES || !wasOvertaken(error)) throw error;
    }
  }
}

function wasOvertaken(error: unknown): boolean {
  return (
    EntityError.is(error) &&
    (error.code === 'VersionConflict' ||
      error.code === 'ConditionFailed' ||
      error.code === 'NotFound')
  );
}
