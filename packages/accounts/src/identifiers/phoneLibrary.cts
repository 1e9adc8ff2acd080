// CommonJS in both builds, because only CommonJS loads something later without waiting for it.
import type * as library from 'libphonenumber-js/min';

/**
 * The library that knows the world's numbering plans. It is loaded when somebody first has a phone
 * number: that takes some 30 ms, which an application without phones should not wait for.
 */
export function phoneLibrary(): typeof library {
  return require('libphonenumber-js/min') as typeof library;
}
