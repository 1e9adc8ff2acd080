/**
 * Properties of a CloudFormation resource as the CDK spells them: `TableName` is `tableName`,
 * `SSESpecification` is `sseSpecification`.
 */
export function cdkCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cdkCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, property]) => [
      name.replace(/^(?:[A-Z]+(?=[A-Z][a-z])|[A-Z])/, (start) => start.toLowerCase()),
      cdkCase(property),
    ]),
  );
}
