import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AccountFlows } from '../accounts/flowsOf.js';
import type { Accounts } from '../accounts/Accounts.js';
import { sendResponse } from '../doors/node/sendResponse.js';
import { toRequest } from '../doors/node/toRequest.js';
import { Confirmations } from './Confirmations.js';
import { ConsoleAccess } from './ConsoleAccess.js';
import type { ConsoleAssets } from './ConsoleAssets.js';
import type { ConsoleContext } from './ConsoleRoute.js';
import { CostMeter } from './CostMeter.js';
import { createConsoleHandler } from './createConsoleHandler.js';

const LOOPBACK = '127.0.0.1';
/** How long requests that are under way may take to end, in milliseconds. */
const ENDING_MS = 5_000;

/** Input of {@link startConsole}. */
export interface ConsoleOptions {
  readonly accounts: Accounts;
  readonly flows: AccountFlows;
  readonly app: string;
  readonly assets: ConsoleAssets;
  readonly canWrite: boolean;
  /** 0 for a free one. */
  readonly port: number;
  /** Told of faults that are the console's own. */
  readonly onFault: (error: unknown) => void;
  /** In milliseconds since 1970 (default: the system's). */
  readonly now?: () => number;
}

/** A console that is being served. */
export interface RunningConsole {
  readonly origin: string;
  /** Address with the token, which works once. */
  readonly url: string;
  /** Ends it; requests that are under way are answered, and messages sent. */
  stop(): Promise<void>;
}

/**
 * Serves the console on the loopback address.
 *
 * @throws Error of Node's, for a port that is taken.
 */
export async function startConsole(options: ConsoleOptions): Promise<RunningConsole> {
  const { accounts, flows, app, assets, canWrite, port, onFault, now } = options;
  const { core } = flows;
  const access = new ConsoleAccess(now);
  const meter = new CostMeter(core.table);
  const confirmations = new Confirmations(now);
  const context: ConsoleContext = { accounts, core, app, canWrite, access, confirmations, meter };
  const server = createServer().listen(port, LOOPBACK);
  await once(server, 'listening');
  const origin = `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`;
  const handler = createConsoleHandler({ context, assets, origin, onFault });
  server.on('request', (req, res) => {
    void handler(toRequest(req)).then((response) => sendResponse(res, response), onFault);
  });
  return {
    origin,
    // After the #, which no request and no log of a proxy contains.
    url: `${origin}/#token=${access.issueToken()}`,
    stop: async () => {
      server.close();
      server.closeIdleConnections();
      await Promise.race([once(server, 'close'), sleep(ENDING_MS, undefined, { ref: false })]);
      server.closeAllConnections();
      meter.stop();
      await accounts.settled();
    },
  };
}
