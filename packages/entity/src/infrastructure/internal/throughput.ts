import type {
  CreateTableCommandInput,
  OnDemandThroughput,
  WarmThroughput,
} from '@aws-sdk/client-dynamodb';
import type { TablePlan } from './planTable.js';

/** The maximum of a table or an index, as `CreateTable` and CloudFormation spell it. */
export function onDemandThroughput({ features }: TablePlan): {
  OnDemandThroughput?: OnDemandThroughput;
} {
  const { readRequestUnits, writeRequestUnits } = features.maximumThroughput ?? {};
  if (!features.maximumThroughput) return {};
  return {
    OnDemandThroughput: {
      ...(readRequestUnits !== undefined && { MaxReadRequestUnits: readRequestUnits }),
      ...(writeRequestUnits !== undefined && { MaxWriteRequestUnits: writeRequestUnits }),
    },
  };
}

/** The warm throughput of a table or an index. */
export function warmThroughput({ features }: TablePlan): { WarmThroughput?: WarmThroughput } {
  const { readUnitsPerSecond, writeUnitsPerSecond } = features.warmThroughput ?? {};
  if (!features.warmThroughput) return {};
  return {
    WarmThroughput: {
      ...(readUnitsPerSecond !== undefined && { ReadUnitsPerSecond: readUnitsPerSecond }),
      ...(writeUnitsPerSecond !== undefined && { WriteUnitsPerSecond: writeUnitsPerSecond }),
    },
  };
}

/** A table whose indexes have the same throughput as itself. */
export function withThroughput<T extends object>(
  params: CreateTableCommandInput,
  throughput: T,
): CreateTableCommandInput & T {
  const { GlobalSecondaryIndexes: indexes } = params;
  return {
    ...params,
    ...(indexes && {
      GlobalSecondaryIndexes: indexes.map((index) => ({ ...index, ...throughput })),
    }),
    ...throughput,
  };
}
