// Keys are secret ones, of which nothing is to be validated here.
module.exports = (_algorithm, key) => {
  if (key?.asymmetricKeyType) throw new Error('Tokens are signed with a secret key.');
};
