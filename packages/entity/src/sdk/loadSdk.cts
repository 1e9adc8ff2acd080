// For Node alone: it loads the SDK when a client of the SDK is made or given, and not before. Bundlers
// take `loadSdk.ts`, whose imports they can see.
import type { SdkModule } from './loadSdk.js';

/** Loads the SDK. */
export function loadSdk(): SdkModule {
  try {
    return require('@aws-sdk/client-dynamodb') as SdkModule;
  } catch (cause) {
    throw new Error(
      'A client of the AWS SDK needs the package @aws-sdk/client-dynamodb. Install it, or use createLeanClient and Table of @latchkey/entity/lean.',
      { cause },
    );
  }
}
