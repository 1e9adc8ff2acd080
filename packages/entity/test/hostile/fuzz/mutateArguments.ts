import type { Dice } from './Dice.js';
import { CALLERS_OWN, HOSTILE_VALUES, throwingProxy } from './hostileValues.js';

/** Arguments that have been made hostile, and how. */
export interface HostileCall {
  readonly args: readonly unknown[];
  readonly name: string;
}

type Place = { readonly holder: object; readonly key: string; readonly path: string };

const MAX_DEPTH = 4;

/**
 * Makes good arguments hostile in one place: a value is replaced, removed or added, or becomes a getter
 * that throws or that gives something else at the second reading; or, without a look at what they are,
 * an argument is replaced whole. The arguments are changed as they are.
 */
export function mutateArguments(good: readonly unknown[], dice: Dice): HostileCall {
  const args = [...good];
  const places = placesIn(args);
  const { name, value } = hostileValue(dice);
  const place = places.length > 0 && dice.next() > 0.1 ? dice.pick(places) : undefined;
  if (!place) return { args: args.map(() => value), name: `${name} for every argument` };
  const { holder, key, path } = place;
  const own = (holder as Record<string, unknown>)[key];
  const define = (property: PropertyDescriptor): void => {
    Object.defineProperty(holder, key, { configurable: true, enumerable: true, ...property });
  };
  // An argument itself is not read from anything.
  switch (holder === args ? 2 + dice.below(6) : dice.below(8)) {
    case 0:
      define({ get: () => fail(), set: () => undefined });
      return { args, name: `a getter that throws for ${path}` };
    case 1: {
      let reads = 0;
      define({ get: () => (reads++ === 0 ? own : value), set: () => undefined });
      return { args, name: `a getter for ${path} that becomes ${name}` };
    }
    case 2:
      if (!Array.isArray(holder)) Reflect.deleteProperty(holder, key);
      else define({ value: undefined, writable: true });
      return { args, name: `nothing for ${path}` };
    case 3:
      if (typeof own === 'object' && own !== null) {
        define({ value: throwingProxy(own), writable: true });
        return { args, name: `a Proxy that throws around ${path}` };
      }
      define({ value: [own], writable: true });
      return { args, name: `a list of ${path}` };
    case 4: {
      const extra = dice.pick(['__proto__', 'constructor', 'hostile', '$set', 'accountId', 'then']);
      const target = typeof own === 'object' && own !== null ? own : holder;
      if (Object.isExtensible(target) && !Array.isArray(target)) {
        Object.defineProperty(target, extra, {
          value,
          enumerable: true,
          configurable: true,
          writable: true,
        });
      }
      return { args, name: `${name} as ${extra} beside ${path}` };
    }
    default:
      define({ value, writable: true });
      return { args, name: `${name} for ${path}` };
  }
}

function hostileValue(dice: Dice): { readonly name: string; readonly value: unknown } {
  const { name, make } = dice.pick(HOSTILE_VALUES);
  return { name, value: make() };
}

/** Every place in the arguments where a value may be put, the arguments themselves included. */
function placesIn(args: unknown[]): Place[] {
  const places: Place[] = [];
  const walk = (holder: object, path: string, depth: number): void => {
    for (const key of Object.keys(holder)) {
      const { configurable, value } = Object.getOwnPropertyDescriptor(holder, key) ?? {};
      if (configurable !== true) continue;
      const at = path === '' ? key : `${path}.${key}`;
      places.push({ holder, key, path: at });
      if (isPlain(value) && depth < MAX_DEPTH) walk(value, at, depth + 1);
    }
  };
  walk(args, '', 0);
  return places;
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Array.isArray(value);
}

function fail(): never {
  throw new Error(CALLERS_OWN);
}
