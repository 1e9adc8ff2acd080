// Writes one line of JSON for each file of tests that has run, to the file MUTANT_RESULTS.
const { appendFileSync } = require('node:fs');
const { relative } = require('node:path');

class Reporter {
  onTestResult({ context }, { testFilePath, testResults, testExecError, perfStats }) {
    const failed = testResults.find(({ status }) => status === 'failed');
    const result = {
      name: context.config.displayName.name,
      file: relative(context.config.rootDir, testFilePath).replaceAll('\\', '/'),
      ran: testResults.filter(({ status }) => status === 'passed' || status === 'failed').length,
      seconds: (perfStats.end - perfStats.start) / 1000,
      ...(failed && {
        failed: failed.fullName,
        isLate: /Exceeded timeout of/.test(failed.failureMessages[0]),
      }),
      ...(testExecError && { error: testExecError.message }),
    };
    appendFileSync(process.env.MUTANT_RESULTS, `${JSON.stringify(result)}\n`);
  }
}

module.exports = Reporter;
