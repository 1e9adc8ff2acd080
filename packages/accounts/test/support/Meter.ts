import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

interface Capacity {
  readonly CapacityUnits?: number;
  readonly GlobalSecondaryIndexes?: Readonly<Record<string, { readonly CapacityUnits?: number }>>;
}

/** Units of the table and of its index. */
export interface Units {
  readonly table: number;
  readonly index: number;
}

/** Adds up the units that the engine reports of a client's requests. */
export class Meter {
  #table = 0;
  #index = 0;

  constructor(client: DynamoDBClient) {
    client.middlewareStack.add(
      (next) => async (args) => {
        Object.assign(args.input, { ReturnConsumedCapacity: 'INDEXES' });
        const result = await next(args);
        const { ConsumedCapacity = [] } = result.output as {
          ConsumedCapacity?: Capacity | Capacity[];
        };
        for (const { CapacityUnits = 0, GlobalSecondaryIndexes } of [ConsumedCapacity].flat()) {
          const index = GlobalSecondaryIndexes?._id3?.CapacityUnits ?? 0;
          this.#index += index;
          this.#table += CapacityUnits - index;
        }
        return result;
      },
      { step: 'initialize', name: 'meter' },
    );
  }

  /** The units of a flow. */
  async unitsOf(flow: () => Promise<unknown>): Promise<Units> {
    this.#table = 0;
    this.#index = 0;
    await flow();
    return { table: this.#table, index: this.#index };
  }
}
