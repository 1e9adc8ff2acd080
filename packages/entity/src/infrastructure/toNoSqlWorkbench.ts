import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Index, KeyPart } from '@latchkey/schema';
import { EntityModel, type Item } from '../entity/EntityModel.js';
import type { KeyAttributes, TableAttributes } from '../keys/TableAttributes.js';
import type { DescribedTable } from './DescribedTable.js';
import { planTable } from './internal/planTable.js';
import { sampleItems } from './internal/sampleItems.js';

/** A data model that NoSQL Workbench imports. */
export interface WorkbenchModel {
  ModelName: string;
  ModelMetadata: {
    Author: string;
    DateCreated: string;
    DateLastModified: string;
    Description: string;
    AWSService: 'Amazon DynamoDB';
    Version: '3.0';
  };
  DataModel: WorkbenchTable[];
}

/** One table of a {@link WorkbenchModel}. */
export interface WorkbenchTable {
  TableName: string;
  KeyAttributes: WorkbenchKeys;
  NonKeyAttributes: WorkbenchAttribute[];
  TableFacets: WorkbenchFacet[];
  GlobalSecondaryIndexes: {
    IndexName: string;
    KeyAttributes: WorkbenchKeys;
    Projection: { ProjectionType: 'ALL' };
  }[];
  DataAccess: { MySql: Record<string, never> };
  BillingMode: 'PAY_PER_REQUEST';
}

/** An attribute and its DynamoDB type. */
export interface WorkbenchAttribute {
  AttributeName: string;
  AttributeType: string;
}

/** The key of a table or an index. */
export interface WorkbenchKeys {
  PartitionKey: WorkbenchAttribute;
  SortKey: WorkbenchAttribute;
}

/** The items of one kind, and the structure of their keys. */
export interface WorkbenchFacet {
  FacetName: string;
  KeyAttributeAlias: { PartitionKeyAlias: string; SortKeyAlias: string };
  TableData: Record<string, AttributeValue>[];
  NonKeyAttributes: string[];
}

// Workbench shows dates and never reads them; a fixed one keeps the output the same.
const MODEL_DATE = 'Jan 15, 2026, 12:00 PM';

/**
 * Returns a data model for NoSQL Workbench, to preview a table: a facet for each entity and each of
 * its unique indexes, with sample items that have the package's keys. Samples are the same at every
 * call; secrets are shown as numbered `(secret)`.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/workbench.Modeler.ImportExisting.html
 * @throws {@link EntityError} `InvalidTable`
 *
 * @example
 * ```ts
 * import { toNoSqlWorkbench } from '@latchkey/entity/infrastructure';
 * import { AccessType, Account } from '@latchkey/schema';
 * import { writeFileSync } from 'node:fs';
 *
 * const model = toNoSqlWorkbench({ tableName: 'accounts', definitions: [Account, AccessType] });
 * writeFileSync('accounts.json', JSON.stringify(model, null, 2));
 * ```
 */
export function toNoSqlWorkbench(table: DescribedTable): WorkbenchModel {
  const { tableName, attributes: names, globalIndexes } = planTable(table);
  const facets = facetsOf(table, names);
  const attributes = new Map(
    globalIndexes.flatMap(({ PK, SK }) => [
      [PK, 'S'],
      [SK, 'S'],
    ]),
  );
  for (const item of facets.flatMap(({ TableData }) => TableData)) {
    for (const [name, value] of nonKeysOf(item, names)) {
      if (!attributes.has(name)) attributes.set(name, Object.keys(value)[0] ?? 'S');
    }
  }
  return {
    ModelName: tableName,
    ModelMetadata: {
      Author: 'Latchkey',
      DateCreated: MODEL_DATE,
      DateLastModified: MODEL_DATE,
      Description: `The table ${tableName}, laid out by its entity definitions.`,
      AWSService: 'Amazon DynamoDB',
      Version: '3.0',
    },
    DataModel: [
      {
        TableName: tableName,
        KeyAttributes: keysOf(names),
        NonKeyAttributes: [...attributes].map(([AttributeName, AttributeType]) => ({
          AttributeName,
          AttributeType,
        })),
        TableFacets: facets,
        GlobalSecondaryIndexes: globalIndexes.map((index) => ({
          IndexName: index.name,
          KeyAttributes: keysOf(index),
          Projection: { ProjectionType: 'ALL' },
        })),
        DataAccess: { MySql: {} },
        BillingMode: 'PAY_PER_REQUEST',
      },
    ],
  };
}

function facetsOf({ definitions }: DescribedTable, names: TableAttributes): WorkbenchFacet[] {
  let ulids = 1;
  return [...new Set(definitions)].flatMap((definition) => {
    const model = new EntityModel(definition, '', names);
    const { documents, uniques } = sampleItems(model, ulids);
    ulids += documents.length;
    const [primary] = definition.indexes;
    return [
      facetOf(model, primary, model.name, documents),
      ...model.uniqueIndexes.map((index) =>
        facetOf(model, index, `${model.name}.${index.name}`, uniques.get(index.name) ?? []),
      ),
    ];
  });
}

function facetOf(
  model: EntityModel,
  index: Index,
  FacetName: string,
  items: readonly Item[],
): WorkbenchFacet {
  const names = items.flatMap((item) => nonKeysOf(item, model.attributes).map(([name]) => name));
  return {
    FacetName,
    KeyAttributeAlias: {
      PartitionKeyAlias: [model.partitionKeyHead(index), ...index.PK.map(aliasOf)].join('#'),
      SortKeyAlias: [model.indexSortKeyHead(index), ...index.SK.map(aliasOf)].join('#'),
    },
    TableData: [...items],
    NonKeyAttributes: [...new Set(names)],
  };
}

function aliasOf(part: KeyPart): string {
  return part.kind === 'literal' ? part.value : `<${part.path}>`;
}

function nonKeysOf(item: Item, { PK, SK }: KeyAttributes): [string, AttributeValue][] {
  return Object.entries(item).filter(([name]) => name !== PK && name !== SK);
}

function keysOf({ PK, SK }: KeyAttributes): WorkbenchKeys {
  return {
    PartitionKey: { AttributeName: PK, AttributeType: 'S' },
    SortKey: { AttributeName: SK, AttributeType: 'S' },
  };
}
