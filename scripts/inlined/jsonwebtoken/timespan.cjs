// Claims of time are written in seconds: `expiresIn`, `notBefore` and `maxAge` are not used.
module.exports = () => {
  throw new Error('Claims of time are written in seconds.');
};
