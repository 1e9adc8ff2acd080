import js from '@eslint/js';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import { importX } from 'eslint-plugin-import-x';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { zones } from './scripts/floors.mjs';

const PAGES = ['packages/accounts/pages/**/*.{ts,tsx}', 'web/page/**/*.{ts,tsx}'];
const TYPESCRIPT = ['packages/**/*.ts', 'examples/**/*.ts', ...PAGES];
const TESTS = ['**/*.test.ts', '**/*.test-d.ts', 'packages/*/test/**'];

const SYNTAX = [
  { selector: 'ExportAllDeclaration', message: 'Name what is exported.' },
  {
    selector: 'ImportDeclaration[source.value="zod"] > ImportSpecifier[imported.name="z"]',
    message: "`import * as z from 'zod'`: as one object, z brings every language into a bundle.",
  },
  {
    selector: 'MemberExpression[object.name="z"][property.name="core"]',
    message: "`from 'zod/v4/core'`: z.core, too, brings every language.",
  },
];

/** Texts of a page are in one file, and reach components from there. */
const IN_TEXTS = [
  { selector: 'JSXText[value=/\\p{L}/u]', message: "Write it in the page's texts.ts." },
  {
    selector:
      'JSXAttribute[name.name=/^(alt|aria-label|caption|hint|label|placeholder|submit|text|title)$/] > Literal',
    message: "Write it in the page's texts.ts.",
  },
];

/** Everything that would run or render a string as markup. */
const AS_TEXT = [
  { selector: 'JSXAttribute[name.name="dangerouslySetInnerHTML"]', message: 'Render text.' },
  {
    selector:
      'MemberExpression[property.name=/^(innerHTML|outerHTML|insertAdjacentHTML|setHTMLUnsafe|write|writeln|srcdoc)$/]',
    message: 'Render text.',
  },
];

export default defineConfig(
  globalIgnores(['**/dist/', '**/cdk.out/', '.cache/', 'coverage/', 'docs/site/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },

  {
    files: ['**/*.js', '**/*.mjs'],
    extends: [js.configs.recommended],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'AbortSignal',
          'clearTimeout',
          'console',
          'fetch',
          'Headers',
          'performance',
          'process',
          'Request',
          'setTimeout',
          'URL',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },

  {
    files: TYPESCRIPT,
    extends: [
      js.configs.recommended,
      tseslint.configs.strictTypeChecked,
      tseslint.configs.stylisticTypeChecked,
    ],
    plugins: { 'import-x': importX },
    languageOptions: {
      parserOptions: { project: './tsconfig.test.json', tsconfigRootDir: import.meta.dirname },
    },
    settings: {
      'import-x/extensions': ['.ts'],
      'import-x/resolver-next': [createTypeScriptImportResolver({ project: 'tsconfig.test.json' })],
    },
    rules: {
      'no-restricted-syntax': ['error', ...SYNTAX],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Use node:crypto.' },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/ban-ts-comment': [
        'error',
        { 'ts-ignore': true, 'ts-nocheck': true, 'ts-expect-error': 'allow-with-description' },
      ],
      // `_` says that a name is there for its position; `{ secret, ...rest }` is how to leave one out.
      '@typescript-eslint/no-unused-vars': [
        'error',
        {
          argsIgnorePattern: '^_',
          varsIgnorePattern: '^_',
          destructuredArrayIgnorePattern: '^_',
          caughtErrorsIgnorePattern: '^_',
          ignoreRestSiblings: true,
        },
      ],
      // There are no enums.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      // An alias fits where named fields of any kind are taken; an interface, open to additions, does not.
      '@typescript-eslint/consistent-type-definitions': 'off',
      // A number in a template reads as it should; what strict forbids is meant for objects.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `(item) => list.push(item)`-style callbacks are short and hide nothing.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },

  {
    files: PAGES,
    languageOptions: {
      parserOptions: {
        project: ['./packages/accounts/pages/tsconfig.json', './web/page/tsconfig.json'],
      },
    },
    rules: { 'no-restricted-syntax': ['error', ...SYNTAX, ...AS_TEXT, ...IN_TEXTS] },
  },

  {
    files: TESTS,
    rules: {
      // Jest's asymmetric matchers, as in `{ id: expect.any(String) }`, are typed `any`.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      // It compares the types of every call once more, a fifth of the time of linting.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    },
  },

  {
    files: ['packages/*/src/**/*.ts'],
    ignores: TESTS,
    rules: {
      'no-console': 'error',
      // Development dependencies are inlined; the build refuses other imports that no manifest declares.
      'import-x/no-extraneous-dependencies': 'error',
    },
  },

  {
    files: ['packages/accounts/src/**/*.ts'],
    ignores: TESTS,
    rules: { 'import-x/no-restricted-paths': ['error', { zones }] },
  },
);
