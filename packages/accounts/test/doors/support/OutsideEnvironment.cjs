const { TestEnvironment } = require('jest-environment-node');

/** Lets a test load packages that are ES modules only: Jest's own loader has none, Node's has. */
module.exports = class OutsideEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    this.global.requireOutside = require;
  }
};
