import type { DescribedTable } from './DescribedTable.js';
import { keyPatternOf } from './internal/keyPatternOf.js';
import { invalidTable, planTable } from './internal/planTable.js';

/** Access that a program may have to the documents of a table. */
export type IamRole = 'read-only' | 'read-write';

/** A table, and the access to grant to it. */
export interface IamPolicyInput extends DescribedTable {
  readonly role: IamRole;
  /** The table's ARN: `arn:aws:dynamodb:<region>:<account>:table/<name>`, without wildcards. */
  readonly tableArn: string;
  /** Tells whether the program calls `scan` (default: false). */
  readonly scan?: boolean;
  /**
   * The program's namespace, as passed to `Table.namespace`; several names for nested namespaces
   * (default: the whole table).
   */
  readonly namespace?: string | readonly string[];
}

/** An IAM policy document; yours to extend. */
export interface IamPolicy {
  Version: '2012-10-17';
  Statement: IamStatement[];
}

/** Statement of an IAM policy. */
export interface IamStatement {
  Sid: string;
  Effect: 'Allow';
  Action: string[];
  Resource: string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

// A transaction needs the actions of its parts, and none of its own:
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
const READS = ['BatchGetItem', 'GetItem', 'Query'];
const WRITES = ['BatchWriteItem', 'ConditionCheckItem', 'DeleteItem', 'PutItem', 'UpdateItem'];

const ROLES: readonly string[] = ['read-only', 'read-write'] satisfies IamRole[];
const TABLE_ARN = /^arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:\d{12}:table\/([^/]+)$/;

/**
 * Returns the least-privilege policy for a program that uses this package: only the actions that
 * the package sends, only on this table and its indexes, and only on one namespace's items if one
 * is given.
 *
 * Creating, changing and describing tables is not included.
 *
 * @param input - `scan` (default: false), `namespace` (default: the whole table).
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 * @throws {@link EntityError} `InvalidTable`, also for an ARN of another table, and for a scan of a
 *   namespace: IAM cannot restrict a scan to keys.
 *
 * @example
 * ```ts
 * import { toIamPolicy } from '@latchkey/entity/infrastructure';
 * import { Account, Session } from '@latchkey/schema';
 *
 * export const policy = toIamPolicy({
 *   tableName: 'accounts',
 *   definitions: [Account, Session],
 *   tableArn: 'arn:aws:dynamodb:eu-central-1:123456789012:table/accounts',
 *   role: 'read-write',
 * });
 * ```
 */
export function toIamPolicy(input: IamPolicyInput): IamPolicy {
  const { tableName, globalIndexes } = planTable(input);
  const { role, tableArn, scan = false, namespace } = input;
  if (!ROLES.includes(role)) {
    throw invalidTable('the role must be "read-only" or "read-write"');
  }
  if (TABLE_ARN.exec(tableArn)?.[1] !== tableName) {
    throw invalidTable(
      `its ARN must have the form arn:aws:dynamodb:<region>:<account>:table/${tableName}, without wildcards`,
    );
  }
  if (scan && namespace !== undefined) {
    throw invalidTable('a scan reads every namespace, so it cannot be allowed for one only');
  }
  const condition = namespace === undefined ? {} : { Condition: onlyKeysLike(namespace) };
  const actions = [...READS, ...(role === 'read-write' ? WRITES : []), ...(scan ? ['Scan'] : [])];
  const onTable: IamStatement = {
    Sid: 'Table',
    Effect: 'Allow',
    Action: actions.sort().map(qualified),
    Resource: [tableArn],
    ...condition,
  };
  if (globalIndexes.length === 0) return { Version: '2012-10-17', Statement: [onTable] };
  const onIndexes: IamStatement = {
    Sid: 'Indexes',
    Effect: 'Allow',
    // Of what the package sends, an index answers nothing else.
    Action: ['Query'].map(qualified),
    Resource: globalIndexes.map(({ name }) => `${tableArn}/index/${name}`),
    ...condition,
  };
  return { Version: '2012-10-17', Statement: [onTable, onIndexes] };
}

/** A condition on the partition keys that a request names. */
function onlyKeysLike(
  namespace: string | readonly string[],
): NonNullable<IamStatement['Condition']> {
  return {
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [keyPatternOf(namespace)] },
    // `ForAllValues` holds for a request that names no key at all:
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
    Null: { 'dynamodb:LeadingKeys': 'false' },
  };
}

function qualified(action: string): string {
  return `dynamodb:${action}`;
}
