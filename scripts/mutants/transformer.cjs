// ts-jest, with one line of one file broken: the file is read as the mutant has it, and nothing is
// written. Whatever is not broken is compiled once for all mutants.
const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { join, relative } = require('node:path');
const tsJest = require('ts-jest').default;
const { version } = require('ts-jest/package.json');
const typescript = require('typescript/package.json');

const ROOT = join(__dirname, '../..');
const CONFIGS = ['tsconfig.base.json', 'tsconfig.jest.json'].map((name) =>
  readFileSync(join(ROOT, name), 'utf8'),
);

function createTransformer({ options, mutant }) {
  const inner = tsJest.createTransformer(options);
  const rules = JSON.stringify([version, typescript.version, process.version, CONFIGS, options]);
  const mutated = (source, path) => {
    if (!mutant || relative(ROOT, path) !== mutant.file) return source;
    if (!source.includes(mutant.find)) throw new Error(`${mutant.id}: its text is not there.`);
    return source.replace(mutant.find, () => mutant.replace);
  };
  return {
    process: (source, path, transform) => inner.process(mutated(source, path), path, transform),
    getCacheKey: (source, path) =>
      createHash('sha256')
        .update(JSON.stringify([rules, relative(ROOT, path), mutated(source, path)]))
        .digest('hex'),
  };
}

module.exports = { createTransformer };
