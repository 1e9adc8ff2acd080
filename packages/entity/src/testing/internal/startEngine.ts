import { TestingError } from '../TestingError.js';
import { DYNOXIDE, findDynoxide, hasDynoxide } from './dynoxideEngine.js';
import type { Engine } from './Engine.js';
import { findPeers } from './findPeers.js';
import { freePort } from './freePort.js';
import { javaEngine } from './javaEngine.js';
import { launchOnPort, type Launched } from './launchOnPort.js';
import { requireFreePort } from './requireFreePort.js';
import { requireJava } from './requireJava.js';

/** Where to start an engine, and how long to wait for it. */
export interface StartEngineOptions {
  readonly port?: number | undefined;
  readonly timeoutMs: number;
}

/**
 * Starts a local DynamoDB on a port of this machine, whatever the environment says.
 *
 * @throws {@link TestingError} `JavaMissing`, `JavaTooOld`, `PeerMissing`, `PortInUse`, `StartFailed`.
 */
export async function startEngine({ port, timeoutMs }: StartEngineOptions): Promise<Launched> {
  if (port !== undefined) await requireFreePort(port);
  return launchOnPort(await chooseEngine(), {
    choosePort: port === undefined ? freePort : () => Promise.resolve(port),
    attempts: port === undefined ? 5 : 1,
    timeoutMs,
  });
}

/** DynamoDB Local where Java runs it, and else dynoxide where that is installed. */
async function chooseEngine(): Promise<Engine> {
  try {
    const peers = findPeers();
    await requireJava();
    return javaEngine(peers);
  } catch (error) {
    const dynoxide = findDynoxide();
    if (dynoxide) return dynoxide;
    if (!(error instanceof TestingError) || !hasDynoxide()) throw error;
    const advice = `Without Java, install ${DYNOXIDE}, which needs none.`;
    throw new TestingError(error.code, `${error.message} ${advice}`, { cause: error.cause });
  }
}
