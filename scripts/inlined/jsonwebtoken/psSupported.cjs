// No algorithm but HS256 is supported: see `../jws.cjs`.
module.exports = false;
