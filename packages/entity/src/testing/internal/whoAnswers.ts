import { request } from 'node:http';

const ANSWER_TIMEOUT_MS = 1_000;

/**
 * Asks once whether the DynamoDB Local launched with `-cors origin` listens on the port.
 *
 * DynamoDB Local sends back an allowed origin to a CORS preflight, even without credentials.
 */
export function whoAnswers(port: number, origin: string): Promise<'ours' | 'other' | 'nobody'> {
  return new Promise((resolve) => {
    const preflight = request({
      method: 'OPTIONS',
      host: '127.0.0.1',
      port,
      agent: false,
      timeout: ANSWER_TIMEOUT_MS,
      headers: {
        Origin: origin,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'x-amz-target',
      },
    });
    preflight.once('response', (response) => {
      response.resume();
      resolve(response.headers['access-control-allow-origin'] === origin ? 'ours' : 'other');
    });
    preflight.once('timeout', () => preflight.destroy());
    preflight.once('error', () => resolve('nobody'));
    preflight.once('close', () => resolve('nobody'));
    preflight.end();
  });
}
