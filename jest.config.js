/** The one Jest configuration: every package's tests, against one DynamoDB Local. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/packages'],
  testMatch: ['**/*.test.ts'],
  // Sources import each other as ES modules do (`./name.js`); Jest runs them from TypeScript.
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^@latchkey/(schema|entity|accounts)$': '<rootDir>/packages/$1/src/index.ts',
    '^@latchkey/entity/testing$': '<rootDir>/packages/entity/src/testing/index.ts',
  },
  transform: {
    '^.+\\.ts$': ['ts-jest', { tsconfig: '<rootDir>/tsconfig.jest.json', diagnostics: false }],
  },
};
