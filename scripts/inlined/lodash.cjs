// What jsonwebtoken asks of seven packages of lodash, each of which brings more than this file.
// A test compares them (packages/accounts/test/tokens/inlined.test.ts).
const tagOf = (value) => Object.prototype.toString.call(value);

exports.includes = (list, value) => list.includes(value);
exports.isboolean = (value) => tagOf(value) === '[object Boolean]';
exports.isinteger = (value) => Number.isInteger(value);
exports.isnumber = (value) => tagOf(value) === '[object Number]';
exports.isstring = (value) => tagOf(value) === '[object String]';

exports.isplainobject = (value) => {
  if (tagOf(value) !== '[object Object]') return false;
  const prototype = Object.getPrototypeOf(value);
  if (prototype === null) return true;
  const made = Object.hasOwn(prototype, 'constructor') && prototype.constructor;
  // The Object of any realm: Jest's tests, for one, have another than Node's own modules.
  return (
    typeof made === 'function' &&
    made instanceof made &&
    Function.prototype.toString.call(made) === Function.prototype.toString.call(Object)
  );
};

exports.once = (run) => {
  let done = false;
  let result;
  return function (...args) {
    if (!done) {
      done = true;
      result = run.apply(this, args);
    }
    return result;
  };
};
