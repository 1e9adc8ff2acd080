/**
 * The folders of `packages/accounts/src`, from top to bottom: each imports only from those below it.
 * The linter holds that; `docs/architecture.md` draws it.
 */
export const FLOORS = [
  ['cli'],
  ['console'],
  ['client', 'doors', 'openApi'],
  ['http'],
  ['selfService'],
  ['apps', 'import', 'openTelemetry', 'restore'],
  ['accounts'],
  ['identityProviders', 'passwordless'],
  [
    'sandbox',
    'signUp',
    'lifecycle',
    'customTokens',
    'magicLinks',
    'emailVerification',
    'listing',
    'passkeys',
  ],
  ['contacts', 'passwordChanges', 'twoFactor'],
  ['login'],
  ['flows', 'guard'],
  ['quota', 'sessions', 'oneTimeTokens', 'challenges'],
  ['core'],
  ['throttling', 'delivery', 'logging'],
  ['events'],
  ['requests', 'passwords'],
  ['tokens', 'identifiers'],
  ['errors', 'costs'],
];

const folder = (name) => `./packages/accounts/src/${name}`;

/** For `import-x/no-restricted-paths`: no import goes up, or to another folder on the same floor. */
export const zones = FLOORS.flatMap((floor, at) =>
  floor.map((name) => ({
    target: folder(name),
    from: [...FLOORS.slice(0, at).flat(), ...floor.filter((other) => other !== name)].map(folder),
    message: 'Folders import downwards only: see docs/architecture.md.',
  })),
).filter(({ from }) => from.length > 0);
