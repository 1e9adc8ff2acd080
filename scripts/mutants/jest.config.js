import { fileURLToPath } from 'node:url';
import config from '../../jest.config.js';

const transformer = fileURLToPath(new URL('transformer.cjs', import.meta.url));

/** The tests' own configuration, with a transformer that breaks a line. */
export default {
  ...config,
  rootDir: fileURLToPath(new URL('../..', import.meta.url)),
  transform: Object.fromEntries(
    Object.entries(config.transform).map(([pattern, [, options]]) => [
      pattern,
      [transformer, options],
    ]),
  ),
};
