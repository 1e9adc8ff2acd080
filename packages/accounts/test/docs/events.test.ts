import { readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '../../../..');
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

describe('docs/events.md', () => {
  it('ASVS 16.1.1: lists every flow, notice and question, and no other', () => {
    const source = read('packages/accounts/src/events/accountEvents.ts');
    const unions = source.slice(0, source.indexOf('EventContext'));
    const declared = Array.from(unions.matchAll(/'([A-Z]\w+)'/g), ([, name]) => name);
    const listed = Array.from(read('docs/events.md').matchAll(/^\| `(\w+)`/gm), ([, name]) => name);
    expect(declared.length).toBeGreaterThan(30);
    expect([...listed].sort()).toEqual([...declared].sort());
  });
});
