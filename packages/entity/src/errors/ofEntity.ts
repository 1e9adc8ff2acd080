import { EntityError } from './EntityError.js';

/** An error of a value that cannot be stored, with the name of the entity that it is for. */
export function ofEntity(error: unknown, entity: string): unknown {
  if (!EntityError.is(error)) return error;
  if (error.code !== 'UnsupportedValue' && error.code !== 'InvalidKey') return error;
  const { code, message, details } = error;
  if (details.entity !== undefined) return error;
  return new EntityError(code, `${entity}'s ${message}`, { ...details, entity });
}
