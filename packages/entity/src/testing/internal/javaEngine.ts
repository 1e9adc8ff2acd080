import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Engine, LaunchState } from './Engine.js';
import type { Peers } from './findPeers.js';
import type { Supervisor } from './Supervisor.js';
import { whoAnswers } from './whoAnswers.js';

const TRACE_MS = 200;
const OTHER_VERSION_MS = 5_000;

/** DynamoDB Local, which needs Java. */
export function javaEngine({ dynamodbLocalPath, installPath }: Peers): Engine {
  return {
    name: 'DynamoDB Local',
    launch: (port) => {
      // Only pages of this origin, which is nobody's, may read the tables; the default is any page
      // of any browser on this machine. It also tells our DynamoDB Local from somebody else's.
      const origin = `http://${randomUUID()}.invalid`;
      // There is not an option for the address: 1.25.1 hands Jetty the port alone, which then listens on
      // every interface. Only a firewall can keep the network out.
      const args = ['-disableTelemetry', '-cors', origin];
      let otherSinceMs: number | undefined;
      const state = async (supervisor: Supervisor): Promise<LaunchState> => {
        // Java does not end after this: threads of DynamoDB Local keep it waiting for ever.
        if (supervisor.stderrTail.includes('Exception in thread "main"')) {
          await delay(TRACE_MS); // Stack traces arrive line by line.
          return supervisor.stderrTail.includes('Failed to bind') ? 'portInUse' : 'ended';
        }
        const who = await whoAnswers(port, origin);
        if (who === 'ours') return 'answers';
        // A downloaded version might treat CORS differently. By this time it has either complained
        // that the port is in use, or it is the one that answers.
        if (who !== 'other' || installPath !== undefined) return undefined;
        otherSinceMs ??= performance.now();
        return performance.now() - otherSinceMs > OTHER_VERSION_MS ? 'answers' : undefined;
      };
      return { order: { dynamodbLocalPath, installPath: installPath ?? null, port, args }, state };
    },
  };
}
