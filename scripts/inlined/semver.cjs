// jsonwebtoken asks for nothing but whether Node is newer than these, which every Node that
// the packages run on is.
const FULFILLED = ['^6.12.0 || >=8.0.0', '>=15.7.0', '>=16.9.0'];

exports.satisfies = (_version, range) => {
  if (!FULFILLED.includes(range)) throw new Error(`Not known to be fulfilled: ${range}`);
  return true;
};
