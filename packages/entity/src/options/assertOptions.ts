import { unknownOption } from '@latchkey/schema';
import { EntityError, type InputIssue } from '../errors/EntityError.js';

/** The options that exist, by name. */
export type Known = Readonly<Record<string, true>>;

/**
 * Refuses an option that does not exist, for programs without types: a misspelt `condition` would
 * be a write without one.
 *
 * @param owner - what has the operation: an entity's or a table's name.
 * @throws {@link EntityError} `InvalidInput`
 */
export function assertOptions(owner: string, operation: string, known: Known, given: object): void {
  const issue = optionIssue(known, given);
  if (issue) throw invalidArgument(`${owner}.${operation}`, owner, issue);
}

/** The error for an argument that an operation cannot use. */
export function invalidArgument(
  operation: string,
  entity: string,
  issue: InputIssue,
): EntityError<'InvalidInput'> {
  const { path } = issue;
  const details = { entity, path, issues: [issue] };
  return new EntityError('InvalidInput', `${operation}: ${optionFault(issue)}`, details);
}

/** Finds the first option that does not exist; undefined if all do. */
export function optionIssue(known: Known, given: unknown): InputIssue | undefined {
  if (typeof given !== 'object' || given === null) {
    return { path: '', message: `must be an object with ${Object.keys(known).join(', ')}` };
  }
  for (const name in given) {
    if (known[name] === true || !Object.hasOwn(given, name)) continue;
    return { path: name, message: unknownOption(name, Object.keys(known)) };
  }
  return undefined;
}

/** An issue of options as a sentence. */
export function optionFault({ path, message }: InputIssue): string {
  const sentence = message.endsWith('?') ? message : `${message}.`;
  return path === '' ? sentence : `"${path}" ${sentence}`;
}
