/** @jest-environment ./packages/accounts/test/doors/support/OutsideEnvironment.cjs */
import { describeDoor } from './contract.js';
import { serveNest } from './support/serveNest.js';
import type * as Outside from './support/requireOutside.js';

jest.mock('@nestjs/common', (): unknown =>
  jest
    .requireActual<typeof Outside>('./support/requireOutside.js')
    .requireOutside('@nestjs/common'),
);

describeDoor('NestJS', serveNest);
