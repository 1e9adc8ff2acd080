import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { createTableParams } from '../table/lifecycle.js';
import type { DescribedTable } from './DescribedTable.js';
import { planTable } from './internal/planTable.js';
import { onDemandThroughput, warmThroughput, withThroughput } from './internal/throughput.js';

/**
 * Returns the input of `CreateTable`: string keys `PK` and `SK`, a global secondary index for each
 * non-unique secondary index of its entities, on-demand billing. TTL and replicas are not part of
 * that request: `UpdateTimeToLive` and `UpdateTable` add them.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
 * @throws {@link EntityError} `InvalidTable`
 *
 * @example
 * ```ts
 * import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
 * import { toCreateTableInput } from '@latchkey/entity/infrastructure';
 * import { Account } from '@latchkey/schema';
 *
 * const input = toCreateTableInput({ tableName: 'my-application', definitions: [Account] });
 * await new DynamoDBClient().send(new CreateTableCommand(input));
 * ```
 */
export function toCreateTableInput(table: DescribedTable): CreateTableCommandInput {
  const plan = planTable(table);
  const throughput = { ...onDemandThroughput(plan), ...warmThroughput(plan) };
  const { stream } = plan.features;
  return {
    ...withThroughput(createTableParams(plan), throughput),
    ...(stream && { StreamSpecification: { StreamEnabled: true, StreamViewType: stream } }),
  };
}
