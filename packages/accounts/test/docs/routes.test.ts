import { readFileSync } from 'node:fs';
import path from 'node:path';
import { routes } from '../../src/http/routes/routes.js';
import type { AnyRoute } from '../../src/http/Route.js';

const GUIDE = path.join(__dirname, '../../../../docs/guide/http.md');

describe('docs/guide/http.md', () => {
  it('lists every operation with its method, path and session, and no other', () => {
    const listed = readFileSync(GUIDE, 'utf8').matchAll(
      /^\| `(\w+)` +\| `(\w+) ([^`]+)` +\| (\w*) +\|/gm,
    );
    const expected = Object.entries<AnyRoute>(routes).map(([name, route]) =>
      [name, route.method, route.path, route.session ?? ''].join(' '),
    );
    expect(
      Array.from(listed, ([, name, method, at, session]) =>
        [name, method, at, session].join(' '),
      ).toSorted(),
    ).toEqual(expected.toSorted());
  });
});
