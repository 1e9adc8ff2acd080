// Node's environment of Jest, in which only one test of a file runs, and none after a failure.
const { TestEnvironment } = require('jest-environment-node');

class OneTestEnvironment extends TestEnvironment {
  #only;
  #hasFailed = false;

  constructor(config, context) {
    super(config, context);
    this.#only = config.projectConfig.testEnvironmentOptions.only;
  }

  handleTestEvent({ name, test }) {
    if (name === 'test_done' && test.errors.length > 0) this.#hasFailed = true;
    if (name !== 'test_start') return;
    const isOther = this.#only !== undefined && titleOf(test) !== this.#only;
    if (isOther || this.#hasFailed) test.mode = 'skip';
  }
}

/** The whole title, with those of the `describe` around it; the outermost of all has none of ours. */
function titleOf({ name, parent }) {
  return parent?.parent ? `${titleOf(parent)} ${name}` : name;
}

module.exports = OneTestEnvironment;
