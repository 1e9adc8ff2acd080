// `npm run demo`: sets the clone up, builds it, and walks one account through its life.
import { setup } from './setup.mjs';

setup();

const { build } = await import('./build.mjs');
const { CommandError } = await import('./run.mjs');
try {
  await build();
} catch (error) {
  console.error(error instanceof CommandError ? error.message : error);
  process.exit(1);
}

// What the AWS SDK has to say about old versions of Node is not what the demo is about.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
const { runDemo } = await import('../demo/runDemo.mjs');
await runDemo();
