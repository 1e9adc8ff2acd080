import type { Command } from './loadAccountCommands.js';

/**
 * Text that `latchkey --help` prints.
 *
 * @param commands - those of `@latchkey/accounts`, where it is installed.
 * @param topic - the command whose help alone is asked for; all of them for any other name.
 */
export function usageWith(
  commands: Readonly<Record<string, Command>> | undefined,
  topic = '',
): string {
  if (topic === 'local') return LOCAL;
  if (topic === 'table') return TABLE;
  const command = Object.hasOwn(commands ?? {}, topic) ? commands?.[topic] : undefined;
  if (command) return command.usage;
  const others = commands
    ? Object.values(commands).map(({ usage }) => `\n${usage}`)
    : ['\nMore commands come with @latchkey/accounts, which is not installed here.\n'];
  return [USAGE, '\n', LOCAL, '\n', TABLE, ...others, ENDING].join('');
}

const USAGE = `Usage: latchkey local [options]
       latchkey table <command> --name <table> [options]
       latchkey <command> --help
       latchkey --version
`;

const LOCAL = `latchkey local runs a DynamoDB on this machine, in memory, with your table in it, and prints the
lines that tell a shell of it; Ctrl-C ends it. It needs Java and the packages dynamodb-local and
amplify-dynamodb-simulator, or on Linux x64 the package @dynoxide/linux-x64. Its options:
  --name <table>             default: my-application
  --port <port>              default: a free one
  and --definitions, --attribute and --index, as latchkey table
`;

const TABLE = `latchkey table <command>:

Prints as JSON what the table of your entities is made with:
  create-input     the input of CreateTable
  cloudformation   a CloudFormation template
  cdk              the properties of the CDK construct CfnTable, or CfnGlobalTable
  terraform        a Terraform configuration (.tf.json)
  iam              a least-privilege IAM policy
  workbench        a data model with sample data for NoSQL Workbench

After a table was restored from a backup:
  restored         prints the option validFrom for the application, and what else is to be done

Works on a live table:
  create           makes the table unless there is one
  describe         prints what DynamoDB says of it
  diff             prints what it lacks, one line each, and notes of what its replicas mean; ends
                   with 1 if it lacks something
  backfill         brings stored documents to the form that the definitions ask for: indexes, unique
                   values, defaults, migrations, TTL; prints collisions, and ends with 1 if there
                   are any. Safe beside other writers, and to be run again; reads the whole table

Options of every command of latchkey table:
  --name <table>             the table's name
  --definitions <file>       a JavaScript module that exports entity definitions; may be given
                             several times (default: Latchkey's account entities)
  --attribute <key>=<name>   what a table that is already there calls PK, SK or ttl; may be given
                             several times
  --index <index>=<name>,<partition key>,<sort key>
                             the same for a global secondary index: _id2=gsi1,gsi1pk,gsi1sk
  create-input, cloudformation, cdk, terraform, diff:
  --stream <view>            KEYS_ONLY, NEW_IMAGE, OLD_IMAGE or NEW_AND_OLD_IMAGES
  --warm-throughput <reads>,<writes>, --maximum-throughput <reads>,<writes>
                             units per second of the table and of each index; one may be left out
  --replica <region>         a Region of a global table, the home Region first; two or more
  cloudformation, cdk, terraform:
  --no-point-in-time-recovery, --no-deletion-protection, --no-encryption, --no-retain
  iam:
  --table-arn <arn>          the table's ARN
  --role <role>              read-only or read-write
  --namespace <name>         the one namespace that is allowed; may be given several times, for
                             one inside another (default: the whole table)
  --scan                     allows scans, too
  backfill:
  --dry-run                  says what would be done, and writes nothing
  --entity <name>            one of the definitions; may be given several times (default: all)
  --namespace <name>         one namespace; several times for one inside another (default: all)
  --rate <units>             capacity units a second, of reads and of writes each (default: no limit)
  --segments <number>        parts of the table to work on side by side, up to 100 (default: 1)
  --resume <cursor>          goes on where a run that was stopped said
  --prune                    deletes unique items of indexes that no definition has any longer, too
  create, describe, diff, backfill:
  --region <region>          default: that of your AWS configuration
  --endpoint <url>           default: the environment's DYNAMODB_ENDPOINT, or AWS; one on this
                             machine needs no AWS configuration, and uses none
`;

const ENDING = `
Ends with 0 when done, or when local or console was stopped; 1 when diff, create or describe finds
something lacking, backfill a collision, import a row that it refuses, or
accounts nobody with the identifier; 2 for wrong usage; and 3
when something could not be done, or was stopped before it was.
`;
