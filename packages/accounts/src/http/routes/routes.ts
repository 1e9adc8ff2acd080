import type { OperationName } from '../api.js';
import type { Route } from '../Route.js';
import * as identity from './identityRoutes.js';
import * as signIn from './signInRoutes.js';
import * as user from './userRoutes.js';

/** The one table of routes, by the names of their operations. */
export const routes: { readonly [N in OperationName]: Route<N> } = {
  ...signIn,
  ...identity,
  ...user,
};
