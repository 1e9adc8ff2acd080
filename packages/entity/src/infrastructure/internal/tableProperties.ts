import { createTableParams } from '../../table/lifecycle.js';
import type { DescribedTable, Safeguards } from '../DescribedTable.js';
import { planTable, withDefaults, type TablePlan } from './planTable.js';
import { onDemandThroughput, warmThroughput, withThroughput } from './throughput.js';

/** The properties of `AWS::DynamoDB::Table`. */
export function tableProperties(
  table: DescribedTable,
  safeguards: Safeguards,
): Record<string, unknown> {
  const plan = planTable(table);
  const { pointInTimeRecovery, deletionProtection, encryption } = withDefaults(safeguards);
  return {
    ...common(plan, { ...onDemandThroughput(plan), ...warmThroughput(plan) }),
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: pointInTimeRecovery },
    DeletionProtectionEnabled: deletionProtection,
    SSESpecification: { SSEEnabled: encryption },
  };
}

/**
 * The properties of `AWS::DynamoDB::GlobalTable`: every replica has safeguards and read limits of
 * its own, and they share what is written.
 */
export function globalTableProperties(
  table: DescribedTable,
  safeguards: Safeguards,
): Record<string, unknown> {
  const plan = planTable(table);
  const { pointInTimeRecovery, deletionProtection, encryption } = withDefaults(safeguards);
  const { readRequestUnits, writeRequestUnits } = plan.features.maximumThroughput ?? {};
  const reads = readRequestUnits !== undefined && {
    ReadOnDemandThroughputSettings: { MaxReadRequestUnits: readRequestUnits },
  };
  const writes = writeRequestUnits !== undefined && {
    WriteOnDemandThroughputSettings: { MaxWriteRequestUnits: writeRequestUnits },
  };
  return {
    ...common(plan, { ...writes, ...warmThroughput(plan) }),
    SSESpecification: { SSEEnabled: encryption, ...(encryption && { SSEType: 'KMS' }) },
    Replicas: (plan.features.replicas ?? []).map((Region) => ({
      Region,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: pointInTimeRecovery },
      DeletionProtectionEnabled: deletionProtection,
      ...reads,
      ...(reads &&
        plan.globalIndexes.length > 0 && {
          GlobalSecondaryIndexes: plan.globalIndexes.map(({ name }) => ({
            IndexName: name,
            ...reads,
          })),
        }),
    })),
  };
}

/** @param throughput - what the table and each index have alike. */
function common(plan: TablePlan, throughput: object): Record<string, unknown> {
  const { attributes, features } = plan;
  return {
    // The request and the resources share their names for all of this.
    ...withThroughput(createTableParams(plan), throughput),
    TimeToLiveSpecification: { AttributeName: attributes.ttl, Enabled: true },
    ...(features.stream && { StreamSpecification: { StreamViewType: features.stream } }),
  };
}
