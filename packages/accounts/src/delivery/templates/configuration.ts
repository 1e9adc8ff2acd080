import { invalidOption } from '../../errors/invalidOption.js';
import { onOneLine } from './escapeHtml.js';

/**
 * Checks a name that people see: 1 to 100 characters on one line.
 *
 * @throws AccountError `InvalidConfiguration`
 */
export function requireName(value: unknown, path: string): string {
  const isName =
    typeof value === 'string' &&
    value.length > 0 &&
    value.length <= 100 &&
    value === onOneLine(value);
  if (!isName) throw invalidOption(path, 'It must be 1 to 100 characters on one line.');
  return value;
}
