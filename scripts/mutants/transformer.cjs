// ts-jest, with one line of one file broken: the file is read as the mutant has it, and nothing is
// written. MUTANT holds the mutant as JSON.
const { createHash } = require('node:crypto');
const { relative } = require('node:path');
const tsJest = require('ts-jest').default;

const mutant = process.env.MUTANT ? JSON.parse(process.env.MUTANT) : undefined;

function mutated(source, path, rootDir) {
  if (!mutant || relative(rootDir, path) !== mutant.file) return source;
  return source.replace(mutant.find, () => mutant.replace);
}

module.exports = {
  createTransformer(options) {
    const inner = tsJest.createTransformer(options);
    return {
      process: (source, path, transform) =>
        inner.process(mutated(source, path, transform.config.rootDir), path, transform),
      getCacheKey: (source, path, transform) =>
        createHash('sha256')
          .update(
            inner.getCacheKey(mutated(source, path, transform.config.rootDir), path, transform),
          )
          .digest('hex'),
    };
  },
};
