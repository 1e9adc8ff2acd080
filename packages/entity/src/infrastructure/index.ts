export type { DescribedTable, Safeguards } from './DescribedTable.js';
export type { StreamView, TableFeatures } from './TableFeatures.js';
export { adviseTable, type TableAdvice } from './adviseTable.js';
export { diffTable, type LiveTable, type TableDifference } from './diffTable.js';
export {
  type CdkGlobalTableProps,
  type CdkIndex,
  type CdkKey,
  type CdkOnDemandThroughput,
  type CdkReplica,
  type CdkTableProps,
  toCdk,
  toCdkGlobalTable,
} from './toCdk.js';
export {
  type CloudFormationOptions,
  type CloudFormationTable,
  type CloudFormationTemplate,
  toCloudFormation,
} from './toCloudFormation.js';
export { toCreateTableInput } from './toCreateTableInput.js';
export {
  type IamPolicy,
  type IamPolicyInput,
  type IamRole,
  type IamStatement,
  toIamPolicy,
} from './toIamPolicy.js';
export {
  toNoSqlWorkbench,
  type WorkbenchAttribute,
  type WorkbenchFacet,
  type WorkbenchKeys,
  type WorkbenchModel,
  type WorkbenchTable,
} from './toNoSqlWorkbench.js';
export {
  type TerraformConfiguration,
  type TerraformOptions,
  type TerraformTable,
  type TerraformThroughput,
  toTerraform,
} from './toTerraform.js';
