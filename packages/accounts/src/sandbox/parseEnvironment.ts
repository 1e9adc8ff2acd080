import { AccountError } from '../errors/AccountError.js';
import type { Environment } from './Sandbox.js';

/** @throws AccountError `InvalidConfiguration` for what is neither: a typing error is not a sandbox. */
export function parseEnvironment(given: unknown = 'live'): Environment {
  if (given === 'live' || given === 'sandbox') return given;
  throw new AccountError('InvalidConfiguration', {
    path: 'environment',
    reason: "It must be 'live' or 'sandbox'.",
  });
}
