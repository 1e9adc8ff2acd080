/** The one Jest configuration: every package's tests, against one DynamoDB Local. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/packages'],
  testMatch: ['**/*.test.ts'],
  // Sources import each other as ES modules do (`./name.js`); Jest runs them from TypeScript.
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    // What must be CommonJS in both builds.
    '^(\\./(?:openThreads|phoneLibrary))\\.cjs$': '$1.cts',
    '^@latchkey/(schema|entity|accounts)$': '<rootDir>/packages/$1/src/index.ts',
    '^@latchkey/accounts/argon2$': '<rootDir>/packages/accounts/src/passwords/argon2/index.ts',
    '^@latchkey/accounts/(outbox|ses|smtp|sns)$':
      '<rootDir>/packages/accounts/src/delivery/$1/index.ts',
    '^@latchkey/accounts/self-service$': '<rootDir>/packages/accounts/src/selfService/index.ts',
    '^@latchkey/entity/infrastructure$': '<rootDir>/packages/entity/src/infrastructure/index.ts',
    '^@latchkey/entity/testing$': '<rootDir>/packages/entity/src/testing/index.ts',
  },
  transform: {
    '^.+\\.c?ts$': ['ts-jest', { tsconfig: '<rootDir>/tsconfig.jest.json', diagnostics: false }],
  },
  // From the build, because Jest loads these two without the mapper above. They start and stop
  // DynamoDB Local, and set DYNAMODB_ENDPOINT.
  globalSetup: '<rootDir>/packages/entity/dist/cjs/testing/globalSetup.js',
  globalTeardown: '<rootDir>/packages/entity/dist/cjs/testing/globalTeardown.js',
  cacheDirectory: '<rootDir>/.cache/jest',
  maxWorkers: 2,
  testTimeout: 60_000,
};
