import {
  TransactionCanceledException,
  TransactionInProgressException,
  type CancellationReason,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { setTimeout as sleep } from 'node:timers/promises';

/** A client whose requests can be made to fail. */
type Faulty = Pick<DynamoDBClient, 'middlewareStack'>;

/** What a fault says of itself afterwards. */
export interface Fault {
  /** How often a request of the command reached this point, by attempt. */
  attempts: number;
  /** Takes the fault out of the client again. */
  remove(): void;
}

/** A connection that times out: the SDK sends such a request again by itself. */
export function timeout(): Error {
  return Object.assign(new Error('the answer was lost'), { name: 'TimeoutError', $metadata: {} });
}

/** DynamoDB's answer to a caller who asks for too much. */
export function throttled(): Error {
  return Object.assign(new Error('too many requests'), {
    name: 'ThrottlingException',
    $metadata: {},
    $fault: 'client',
    $retryable: { throttling: true },
  });
}

/** A transaction that DynamoDB did not carry out, for one reason per item. */
export function cancelled(...codes: string[]): Error {
  const CancellationReasons = codes.map((Code): CancellationReason => ({ Code }));
  return new TransactionCanceledException({
    message: 'Transaction cancelled',
    $metadata: {},
    CancellationReasons,
  });
}

/** DynamoDB's answer while the same transaction is still under way. */
export function inProgress(): Error {
  return new TransactionInProgressException({ message: 'in progress', $metadata: {} });
}

/** Lets attempts of a command reach DynamoDB, but loses the answers to the first `times`. */
export function loseAnswers(
  client: Faulty,
  command: string,
  times = 1,
  makeError: () => Error = timeout,
): Fault {
  return inject(client, command, async (attempt, send) => {
    const answer = await send();
    if (attempt <= times) throw makeError();
    return answer;
  });
}

/** Fails the first `times` attempts of a command before they reach DynamoDB. */
export function failWith(
  client: Faulty,
  command: string,
  makeError: () => Error,
  times = 1,
): Fault {
  return inject(client, command, (attempt, send) => {
    if (attempt <= times) throw makeError();
    return send();
  });
}

/** Does something between DynamoDB's first answer to a command and its arrival. */
export function beforeAnswer(
  client: Faulty,
  command: string,
  meanwhile: () => Promise<unknown>,
): Fault {
  return inject(client, command, async (attempt, send) => {
    const answer = await send();
    if (attempt === 1) await meanwhile();
    return answer;
  });
}

/**
 * Lets transactions that overlap get in each other's way, all of them on some item: as on DynamoDB,
 * and never on DynamoDB Local.
 */
export function conflictWhenOverlapping(client: Faulty, takesMs: number): Fault {
  let isBusy = false;
  return inject(client, 'TransactWriteItems', async (_attempt, send) => {
    if (isBusy) throw cancelled('TransactionConflict', 'None');
    isBusy = true;
    try {
      await sleep(takesMs);
      return await send();
    } finally {
      isBusy = false;
    }
  });
}

function inject(
  client: Faulty,
  command: string,
  carryOut: <A>(attempt: number, send: () => Promise<A>) => Promise<A>,
): Fault {
  const name = `fault-${command}-${String(++faults)}`;
  const fault: Fault = {
    attempts: 0,
    remove: () => {
      client.middlewareStack.remove(name);
    },
  };
  client.middlewareStack.add(
    (next, context) => async (args) => {
      if (context.commandName !== `${command}Command`) return next(args);
      return carryOut(++fault.attempts, () => next(args));
    },
    // After the middleware that tries again, so that every attempt comes through here.
    { step: 'finalizeRequest', priority: 'low', name },
  );
  return fault;
}

let faults = 0;
