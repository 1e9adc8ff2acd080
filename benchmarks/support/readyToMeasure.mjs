import { setup } from '../../scripts/setup.mjs';

/** Sets the clone up and builds it; what goes wrong ends the process with one line. */
export async function readyToMeasure() {
  // `--json` prints nothing but the document.
  const log = console.log;
  console.log = console.error;
  setup();
  const { build } = await import('../../scripts/build.mjs');
  try {
    await build();
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  } finally {
    console.log = log;
  }
  // What the AWS SDK has to say about old versions of Node is not what is measured.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
}
