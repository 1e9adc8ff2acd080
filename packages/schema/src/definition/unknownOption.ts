import { closestName } from './closestName.js';

/**
 * Says of an option that it does not exist, and which one may be meant.
 *
 * @internal
 */
export function unknownOption(name: string, names: readonly string[]): string {
  const closest = closestName(name, names);
  if (closest !== undefined) return `is not an option. Did you mean "${closest}"?`;
  return names.length > 0 ? `is not an option. Options: ${names.join(', ')}` : 'is not an option';
}
