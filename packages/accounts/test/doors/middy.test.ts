/** @jest-environment ./packages/accounts/test/doors/support/OutsideEnvironment.cjs */
import { describeDoor } from './contract.js';
import { serveMiddy } from './support/lambdaFunctions.js';

describeDoor('Middy behind an HTTP API', serveMiddy('HTTP API'));
describeDoor('Middy behind a REST API', serveMiddy('REST API'));
describeDoor('Middy behind a load balancer', serveMiddy('Application Load Balancer'));
