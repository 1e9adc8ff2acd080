import { decode } from '@jridgewell/sourcemap-codec';
import { Buffer } from 'node:buffer';
import { gzipped } from '../../scripts/bundleSize.mjs';

/**
 * Tells, by its source map, what each part of a bundle weighs: a folder of our sources, or a package.
 *
 * @returns `{ part, minified, gzip }` in KiB, the heaviest first. `gzip` is the part compressed alone, so
 *   that all of them together are a little more than the bundle.
 */
export function partsOf({ code, map }) {
  const names = map.sources.map(partOf);
  const texts = new Map();
  const lines = code.split('\n');
  for (const [at, segments] of decode(map.mappings).entries()) {
    for (const [index, [from, source]] of segments.entries()) {
      const name = source === undefined ? 'the bundler' : names[source];
      const text = lines[at].slice(from, segments[index + 1]?.[0]);
      texts.set(name, (texts.get(name) ?? '') + text);
    }
  }
  return [...texts]
    .map(([part, text]) => ({
      part,
      minified: Buffer.byteLength(text) / 1024,
      gzip: gzipped(text),
    }))
    .sort((a, b) => b.gzip - a.gzip);
}

/** `accounts/passwords` for one of our sources, else the package that a file is of. */
function partOf(source) {
  const file = source ?? '';
  const dependency = /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1];
  if (dependency) return dependency;
  if (file.includes('scripts/inlined/')) return 'jsonwebtoken';
  const [, name, path] = /packages\/(\w+)\/(?:src|dist)\/(.+)$/.exec(file) ?? [];
  if (name === undefined) return 'the bundler';
  if (/commonPasswordFilter|everyLengthFilter/.test(path)) return 'common passwords';
  return `${name}/${path.includes('/') ? path.split('/')[0] : ''}`;
}
