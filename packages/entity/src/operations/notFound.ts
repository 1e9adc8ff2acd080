import type { EntityModel } from '../entity/EntityModel.js';
import { EntityError } from '../errors/EntityError.js';

/** The error for a document without which a transaction cannot be written. */
export function notFound({ name }: EntityModel): EntityError<'NotFound'> {
  return new EntityError('NotFound', `${name} not found.`, { entity: name });
}
