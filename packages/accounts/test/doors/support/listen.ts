import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Served } from './Application.js';

/** Starts a server on a free port of this machine. */
export async function listen(server: Server): Promise<Served> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return servedBy(server);
}

/** A server that listens already. */
export function servedBy(server: Server): Served {
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
