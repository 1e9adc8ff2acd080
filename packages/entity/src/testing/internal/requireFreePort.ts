import { createServer } from 'node:net';
import { TestingError } from '../TestingError.js';

/**
 * Refuses a port that another program listens on, before Java is started, which takes its time to
 * find out.
 *
 * @throws {@link TestingError} `PortInUse`
 */
export async function requireFreePort(port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      // Whatever else is wrong with the port, Java will say.
      if (error.code === 'EADDRINUSE') reject(portInUse(port));
      else resolve();
    });
    // On every interface, as DynamoDB Local does.
    server.listen(port, '0.0.0.0', () => server.close(() => resolve()));
  });
}

/** The error for a port that another program has. */
export function portInUse(port: number): TestingError {
  return new TestingError(
    'PortInUse',
    `Port ${port} is in use. Choose another, leave port out, or set DYNAMODB_ENDPOINT if DynamoDB Local already runs there.`,
  );
}
