import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A block of a provider's schema, as `terraform providers schema -json` prints it. */
interface Block {
  readonly attributes: Readonly<
    Record<string, { readonly type: unknown; readonly required?: boolean }>
  >;
  readonly block_types?: Readonly<
    Record<string, { readonly nesting_mode: 'set' | 'single'; readonly block: Block }>
  >;
}

/**
 * The schema of `aws_dynamodb_table`, provider hashicorp/aws 6.45.0, as `@cdktn/provider-aws` 24.1.0
 * publishes it. That package fills 400 MB, so that its one resource is kept here.
 */
const AWS_DYNAMODB_TABLE = JSON.parse(
  readFileSync(path.join(__dirname, 'awsDynamodbTable.json'), 'utf8'),
) as Block;

/** https://developer.hashicorp.com/terraform/language/meta-arguments */
const LIFECYCLE: Block = { attributes: { prevent_destroy: { type: 'bool' } } };

/** What is wrong with the arguments of an `aws_dynamodb_table`, by the provider's schema. */
export function validateTerraformTable(resource: unknown): string[] {
  const { lifecycle, ...rest } = resource as Record<string, unknown>;
  return [
    ...problemsOf(rest, AWS_DYNAMODB_TABLE, ''),
    ...(lifecycle === undefined ? [] : problemsOf(lifecycle, LIFECYCLE, 'lifecycle.')),
  ];
}

function problemsOf(value: unknown, block: Block, at: string): string[] {
  if (typeof value !== 'object' || value === null) return [`${at} is no block`];
  const given = new Map<string, unknown>(Object.entries(value));
  const missing = Object.entries(block.attributes)
    .filter(([name, { required }]) => required && !given.has(name))
    .map(([name]) => `${at}${name} is missing`);
  const wrong = [...given].flatMap(([name, field]) => {
    const attribute = block.attributes[name];
    const nested = block.block_types?.[name];
    if (attribute) return hasType(field, attribute.type) ? [] : [`${at}${name} has another type`];
    if (!nested) return [`${at}${name} is unknown`];
    if ((nested.nesting_mode === 'set') !== Array.isArray(field)) return [`${at}${name} repeats`];
    return [field].flat().flatMap((part) => problemsOf(part, nested.block, `${at}${name}.`));
  });
  return [...missing, ...wrong];
}

function hasType(value: unknown, type: unknown): boolean {
  return typeof value === (type === 'bool' ? 'boolean' : type);
}
