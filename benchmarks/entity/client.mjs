/** The configuration with which every contender's client is made, with options of its own. */
export function configOf(network, options = {}) {
  return {
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'EXAMPLEKEY' },
    requestHandler: network,
    ...options,
  };
}

export const TABLE_NAME = 'orders';

const nothing = () => undefined;
const logger = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

/** What makes the SDK's client lean: no record of a request for a log, one middleware stack per command. */
export const LEAN = { logger, cacheMiddleware: true };

/** The same for `lib-dynamodb`, whose document client does not work with the second. */
export const LEAN_DOCUMENT_CLIENT = { logger };
