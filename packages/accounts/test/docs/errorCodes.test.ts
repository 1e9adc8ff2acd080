import { readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '../../../..');
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

/** Where the codes of each error class are declared, as keys of an interface or members of a union. */
const DECLARATIONS: [heading: string, file: string, pattern: RegExp][] = [
  [
    'AccountError',
    'packages/accounts/src/errors/accountErrorCodes.ts',
    /^ {2}readonly ([A-Z]\w+):/gm,
  ],
  [
    'SelfService',
    'packages/accounts/src/errors/selfServiceErrorCodes.ts',
    /^ {2}readonly ([A-Z]\w+):/gm,
  ],
  ['HTTP', 'packages/accounts/src/http/HttpError.ts', /^ {2}([A-Z]\w+): \[/gm],
  ['Console', 'packages/accounts/src/console/ConsoleError.ts', /^ {2}([A-Z]\w+): \[/gm],
  [
    'AccountsClientError',
    'packages/accounts/src/client/AccountsClientError.ts',
    /^ {2}\| '([A-Z]\w+)'/gm,
  ],
  ['EntityError', 'packages/entity/src/errors/EntityError.ts', /^ {2}([A-Z]\w+):/gm],
  ['SchemaError', 'packages/schema/src/errors/SchemaError.ts', /^ {2}([A-Z]\w+):/gm],
  ['TestingError', 'packages/entity/src/testing/TestingError.ts', /'(?!TestingError)([A-Z]\w+)'/g],
];

describe('docs/errors.md', () => {
  it.each(DECLARATIONS)('lists every code of %s, and no other', (heading, file, pattern) => {
    const declared = new Set(Array.from(read(file).matchAll(pattern), ([, code]) => code));
    const section = read('docs/errors.md')
      .split(/^## /m)
      .find((text) => text.startsWith(heading));
    const listed = Array.from(section?.matchAll(/^\| `(\w+)`/gm) ?? [], ([, code]) => code);
    expect(declared.size).toBeGreaterThan(3);
    expect([...listed].sort()).toEqual([...declared].sort());
  });
});
