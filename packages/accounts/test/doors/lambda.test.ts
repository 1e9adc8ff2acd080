import { describeDoor } from './contract.js';
import { serveLambda } from './support/lambdaFunctions.js';

describeDoor('HTTP API', serveLambda('HTTP API'));
describeDoor('HTTP API with a stage', serveLambda('HTTP API with a stage'));
describeDoor('function URL', serveLambda('function URL'));
