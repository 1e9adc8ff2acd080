import { encodeKeyPart } from '../../keys/encodeKeyPart.js';
import { invalidTable } from './planTable.js';

/**
 * The IAM pattern of a namespace's partition keys: `@tenant-a#*`.
 *
 * @throws {@link EntityError} `InvalidTable` for an empty name.
 */
export function keyPatternOf(namespace: string | readonly string[]): string {
  const names = typeof namespace === 'string' ? [namespace] : namespace;
  if (names.length === 0 || names.includes('')) throw invalidTable('a namespace must have a name');
  // As `Table.namespace` writes them.
  const prefix = names.map((name) => `@${encodeKeyPart(name, 'namespace')}#`).join('');
  return `${prefix.replace(/[*?]/g, escaped)}*`;
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-specialchars
function escaped(wildcard: string): string {
  return `\${${wildcard}}`;
}
