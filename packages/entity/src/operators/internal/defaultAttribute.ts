import { defaultOf } from '@latchkey/schema';
import { toStored } from '../../attributes/toStored.js';
import type { Stored, Target } from '../Operator.js';

/** The default that a field which is not there is shown with. */
export function defaultAttribute({ field, path }: Target): Stored {
  const [schema, ...others] = field.schemas;
  if (!schema || others.length > 0 || field.isEntry) return undefined;
  const value = defaultOf(schema);
  return value === undefined ? undefined : toStored(value, field.shape, path);
}
