const SPACES = ' \t\u00a0';

/**
 * Takes off the spaces around an identifier, which the keyboards of phones like to add: the one rule
 * for every call. Line breaks and other controls stay, and are refused where they stand.
 */
export function trimIdentifier(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && SPACES.includes(value.charAt(start))) start++;
  while (end > start && SPACES.includes(value.charAt(end - 1))) end--;
  return value.slice(start, end);
}
