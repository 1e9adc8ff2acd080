import { invalidOption } from '../errors/invalidOption.js';
import type { AccountEventListener, AccountEventName } from '../events/accountEvents.js';

/** Options of {@link emfEvents}. */
export interface EmfOptions {
  /** Namespace of the metric (default: `Latchkey`; 1 to 255 characters). */
  readonly namespace?: string;
  /** Dimensions of every line beside `Event` and `Reason`, such as `{ Service: 'shop' }`; at most 8. */
  readonly dimensions?: Readonly<Record<string, string>>;
  /** Events that are not counted (default: `ResumeSessionSuccess`, which each request emits). */
  readonly skip?: readonly AccountEventName[];
  /** Writes a line (default: `console.log`, from which Lambda takes it to CloudWatch). */
  readonly write?: (line: string) => unknown;
}

const METRIC = 'Events';
const OWN = ['_aws', 'Event', 'Reason', METRIC];
const MAX_DIMENSIONS = 8;
const MAX_NAMESPACE = 255;

/**
 * Returns a listener that counts events as CloudWatch metrics, in lines of the Embedded Metric Format: the
 * metric `Events` by `Event`, and for a failure by `Event` and `Reason` as well. Nothing else of the event
 * is in a line. Each pair of dimensions that occurs is a metric that AWS bills.
 *
 * @throws AccountError `InvalidConfiguration` with the path of the option.
 * @example
 * ```ts
 * import type { Accounts } from '@latchkey/accounts';
 * import { emfEvents } from '@latchkey/accounts/logging';
 *
 * export const watch = (accounts: Accounts) => accounts.on('*', emfEvents({ namespace: 'Shop' }));
 * ```
 */
export function emfEvents(options: EmfOptions = {}): AccountEventListener {
  const { namespace = 'Latchkey', dimensions = {}, skip = ['ResumeSessionSuccess'] } = options;
  // eslint-disable-next-line no-console
  const { write = (line: string) => console.log(line) } = options;
  if (
    typeof namespace !== 'string' ||
    namespace === '' ||
    namespace.length > MAX_NAMESPACE ||
    namespace.startsWith(':')
  ) {
    throw invalidOption(
      'namespace',
      `It must have 1 to ${MAX_NAMESPACE} characters, without ":" first.`,
    );
  }
  const names = Object.keys(dimensions);
  const isValid =
    names.length <= MAX_DIMENSIONS &&
    names.every((name) => name !== '' && !OWN.includes(name)) &&
    Object.values(dimensions).every((value) => typeof value === 'string' && value !== '');
  if (!isValid) {
    throw invalidOption(
      'dimensions',
      `It must have at most ${MAX_DIMENSIONS} names, each with a text.`,
    );
  }
  const byEvent = [...names, 'Event'];
  return ({ name, time, reason }) => {
    if (skip.includes(name)) return;
    const document = {
      _aws: {
        Timestamp: time.getTime(),
        CloudWatchMetrics: [
          {
            Namespace: namespace,
            Dimensions: reason === undefined ? [byEvent] : [byEvent, [...byEvent, 'Reason']],
            Metrics: [{ Name: METRIC, Unit: 'Count' }],
          },
        ],
      },
      ...dimensions,
      Event: name,
      ...(reason !== undefined && { Reason: reason }),
      [METRIC]: 1,
    };
    write(JSON.stringify(document));
  };
}
