import { readFileSync } from 'node:fs';
import path from 'node:path';
import type * as z from 'zod';
import { routes } from '../../src/http/routes/routes.js';
import type { AnyRoute } from '../../src/http/Route.js';
import { createTestAccounts, type TestAccounts } from '../support/testAccounts.js';

const GUIDE = path.join(__dirname, '../../../../docs/guide/http.md');
const ROW = /^\| `(\w+)` +\| `(\w+) ([^`]+)` +\| (\w*) +\|[^|]+\| (?:`([^`]+)`)? *\|$/gm;

let test: TestAccounts;

beforeAll(async () => {
  test = await createTestAccounts();
});

afterAll(() => test.drop());

/** The fields of a route's body, those that need not be there with a question mark. */
function fieldsOf({ body }: AnyRoute): string {
  const schema = body?.(test.accounts) as z.ZodObject | undefined;
  if (!schema) return '';
  const { required = [] } = jsonOf(schema);
  return Object.keys(schema.shape)
    .map((name) => (required.includes(name) ? name : `${name}?`))
    .join(', ');
}

/** The JSON schema of a body in the OpenAPI document. */
function jsonOf(schema: z.ZodObject): { required?: string[] } {
  const jsonSchema = {};
  const { override } = schema.meta() as { override: (context: { jsonSchema: object }) => void };
  override({ jsonSchema });
  return jsonSchema;
}

describe('docs/guide/http.md', () => {
  it('lists every operation with its method, path, session and body, and no other', () => {
    const listed = readFileSync(GUIDE, 'utf8').matchAll(ROW);
    const expected = Object.entries<AnyRoute>(routes).map(([name, route]) =>
      [name, route.method, route.path, route.session ?? '', fieldsOf(route)].join(' | '),
    );
    expect(
      Array.from(listed, ([, name, method, at, session, body = '']) =>
        [name, method, at, session, body].join(' | '),
      ).toSorted(),
    ).toEqual(expected.toSorted());
  });
});
