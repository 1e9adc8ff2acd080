import { describeDoor } from './contract.js';
import { serveLambda } from './support/lambdaFunctions.js';

describeDoor('REST API', serveLambda('REST API'));
describeDoor('Application Load Balancer', serveLambda('Application Load Balancer'));
describeDoor(
  'Application Load Balancer with multi-value headers',
  serveLambda('Application Load Balancer with multi-value headers'),
);
