import { Buffer } from 'node:buffer';
import { build } from 'esbuild';
import { gzipSync } from 'node:zlib';
import { ROOT } from './setup.mjs';

const KIB = 1024;
/** What an application has in any case, or never bundles. */
const SDK = [
  '@aws-sdk/*',
  '@smithy/*',
  '@nestjs/common',
  '@node-rs/argon2',
  '@opentelemetry/api',
  'dynamodb-local',
  'nodemailer',
  'react',
];
const ZOD = ['zod', 'zod/*'];

/** Bundles a program as an application would, minified, in one file and without the AWS SDK. */
export async function bundle(contents, { zod = 'inside' } = {}) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: ROOT },
    bundle: true,
    minify: true,
    write: false,
    platform: 'node',
    format: 'esm',
    external: [...SDK, ...(zod === 'outside' ? ZOD : [])],
    outfile: `${ROOT}bundle.js`,
    sourcemap: 'external',
    legalComments: 'none',
    logLevel: 'error',
  });
  const [map, code] = outputFiles.toSorted((a, b) => b.path.localeCompare(a.path));
  return { code: code.text, map: JSON.parse(map.text) };
}

/** A program that uses everything that an entry exports. */
export function allOf(specifier) {
  return `import * as all from '${specifier}'; globalThis.all = all;`;
}

/** The size of that bundle, in KiB. */
export async function bundleSize(contents, options) {
  const { code } = await bundle(contents, options);
  return { minified: Buffer.byteLength(code) / KIB, gzip: gzipped(code) };
}

export function gzipped(text) {
  return gzipSync(text, { level: 9 }).length / KIB;
}
