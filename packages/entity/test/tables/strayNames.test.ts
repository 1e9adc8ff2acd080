import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = join(__dirname, '../../src');

/** Names of attributes as text, as a property of an item, or put together. */
const STRAY =
  /'(?:PK|SK|ttl)'|\bitem\??\.(?:PK|SK|ttl)\b|\.(?:PK|SK|ttl)\?\.[SN]\b|\$\{[^}]+\}(?:PK|SK)`|attribute_(?:not_)?exists\((?:PK|SK)|begins_with\(PK/;
/** They tell the two sides of a key apart, and name no attribute. */
const ALLOWED = /assertKeySize\(|keyOf\(index\.|ExpressionPlan\['ttl'\]|attribute: 'PK' \| 'SK'/;

it('the names of key and TTL attributes are in one place', () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter(
    (file) =>
      file.endsWith('.ts') &&
      !/\.test(-d)?\.ts$/.test(file) &&
      !file.endsWith('TableAttributes.ts'),
  );
  expect(files.length).toBeGreaterThan(50);
  const strays = files.flatMap((file) =>
    readFileSync(join(SOURCES, file), 'utf8')
      .split('\n')
      .filter(
        (line) => STRAY.test(line) && !ALLOWED.test(line) && !/^\s*(?:\*|\/\/|\/\*\*)/.test(line),
      )
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(strays).toEqual([]);
});
