export type { DescribedTable, Safeguards } from './DescribedTable.js';
export { diffTable, type LiveTable, type TableDifference } from './diffTable.js';
export { type CdkKey, type CdkTableProps, toCdk } from './toCdk.js';
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
  toTerraform,
} from './toTerraform.js';
