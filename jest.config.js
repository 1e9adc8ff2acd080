import { sourcesBySpecifier } from './scripts/entries.mjs';

/** The one Jest configuration: every package's tests, against one DynamoDB Local. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/packages'],
  testMatch: ['**/*.test.ts'],
  // Sources import each other as ES modules do (`./name.js`); Jest runs them from TypeScript.
  moduleNameMapper: {
    // By the lean client: `npm run test:engines -- --client lean`.
    ...(process.env.LATCHKEY_CLIENT === 'lean' && {
      '^(\\./|\\.\\./sdk/)sdkClient\\.js$':
        '<rootDir>/packages/entity/test/support/sdkClientByLean.ts',
    }),
    '^(\\.{1,2}/.*)\\.js$': '$1',
    // What must be CommonJS in both builds.
    '^(\\./openThreads)\\.cjs$': '$1.cts',
    ...Object.fromEntries(
      sourcesBySpecifier().map(([specifier, file]) => [`^${specifier}$`, `<rootDir>/${file}`]),
    ),
  },
  transform: {
    '^.+\\.c?ts$': ['ts-jest', { tsconfig: '<rootDir>/tsconfig.jest.json', diagnostics: false }],
    // An ES module alone, which Jest cannot load as it is.
    '/oauth4webapi/.+\\.js$': [
      'ts-jest',
      { tsconfig: { module: 'commonjs', target: 'es2022', allowJs: true }, diagnostics: false },
    ],
  },
  transformIgnorePatterns: ['/node_modules/(?!(\\.pnpm/)?oauth4webapi)'],
  // From the build, because Jest loads these two without the mapper above. They start and stop
  // DynamoDB Local, and set DYNAMODB_ENDPOINT.
  globalSetup: '<rootDir>/packages/entity/dist/testing-globalSetup.cjs',
  globalTeardown: '<rootDir>/packages/entity/dist/testing-globalTeardown.cjs',
  setupFilesAfterEnv: ['<rootDir>/packages/entity/test/support/sampleTables.ts'],
  cacheDirectory: '<rootDir>/.cache/jest',
  // More than two cores: each worker waits for the database much of its time.
  maxWorkers: 3,
  testTimeout: 60_000,
};
