import { HttpError } from './HttpError.js';
import type { AnyRoute, RouteMethod } from './Route.js';

/** A route and the values of the parameters in its path. */
export interface MatchedRoute {
  readonly route: AnyRoute;
  readonly params: Readonly<Record<string, string>>;
}

/** A parameter: no dots and no percent signs, so that nothing can lead elsewhere. */
const PARAMETER = '([\\w-]{1,100})';

interface CompiledRoute {
  readonly route: AnyRoute;
  readonly pattern: RegExp;
  readonly names: readonly string[];
}

/** Routes by path and method, below a base path. */
export class RouteTable {
  readonly #basePath: string;
  readonly #routes: readonly CompiledRoute[];
  readonly #fixedPaths: ReadonlySet<string>;

  /** @param others - routes that are not offered: no parameter of another route takes their paths. */
  constructor(basePath: string, routes: readonly AnyRoute[], others: readonly AnyRoute[] = []) {
    this.#basePath = basePath;
    this.#routes = routes.map(compile);
    this.#fixedPaths = new Set([...routes, ...others].map(({ path }) => path));
  }

  /** The routes at a path; one slash at its end makes no difference. A fixed path goes before a parameter. */
  at(pathname: string): readonly MatchedRoute[] {
    if (!pathname.startsWith(`${this.#basePath}/`)) return [];
    const path = pathname.slice(this.#basePath.length).replace(/(?<=.)\/$/, '');
    const isFixed = this.#fixedPaths.has(path);
    return this.#routes.flatMap(({ route, pattern, names }) => {
      const [, ...values] = pattern.exec(path) ?? [];
      if (isFixed ? route.path !== path : !pattern.test(path)) return [];
      return [
        { route, params: Object.fromEntries(names.map((name, at) => [name, values[at] ?? ''])) },
      ];
    });
  }
}

/**
 * The route for a method.
 *
 * @throws HttpError `RouteNotFound`, `MethodNotAllowed`
 */
export function chooseRoute(found: readonly MatchedRoute[], method: string): MatchedRoute {
  if (found.length === 0) throw new HttpError('RouteNotFound');
  const wanted = method === 'HEAD' ? 'GET' : method;
  const route = found.find((each) => each.route.method === wanted);
  if (route) return route;
  throw new HttpError('MethodNotAllowed', { Allow: allowedMethods(found) });
}

/** The route whose page a link leads to, if there is one at the path. */
export function linkedRoute(found: readonly MatchedRoute[]): AnyRoute | undefined {
  return found.find(({ route }) => route.page && !route.page.follows)?.route;
}

/** The route that a browser lands on by a link from another site, if there is one at the path. */
export function landingRoute(found: readonly MatchedRoute[]): MatchedRoute | undefined {
  return found.find(({ route }) => route.landing);
}

/** The methods at a path, for `Allow`. */
export function allowedMethods(found: readonly MatchedRoute[]): string {
  const methods = new Set<RouteMethod | 'HEAD' | 'OPTIONS'>(found.map(({ route }) => route.method));
  if (linkedRoute(found) ?? landingRoute(found)) methods.add('GET');
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods, 'OPTIONS'].join(', ');
}

function compile(route: AnyRoute): CompiledRoute {
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const path = route.path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, PARAMETER);
  const pattern = new RegExp(`^${path}$`);
  return { route, pattern, names };
}
