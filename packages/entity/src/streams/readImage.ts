import type { AnyEntityDefinition } from '@latchkey/schema';
import type { Document } from '../entity/inputs.js';
import type { Table } from '../table/Table.js';
import { tableContext } from '../table/TableContext.js';
import { itemOfImage } from './itemOfImage.js';
import type { StreamImage } from './StreamImage.js';

/** The document of an image, and the name of its entity, which determines its type. */
export type DocumentImage<D extends AnyEntityDefinition> = D extends AnyEntityDefinition
  ? { readonly entity: D['name']; readonly document: Document<D> }
  : never;

/** A document whose entity is known by name only. */
export interface AnyDocumentImage {
  readonly entity: string;
  readonly document: Readonly<Record<string, unknown>> & {
    readonly id: string;
    readonly _v: number;
  };
}

/**
 * Reads the image of a record of the table's DynamoDB stream: its `NewImage` or `OldImage`, from a
 * Lambda event or from the SDK's DynamoDB Streams client. The document is the same as from any read:
 * without secret fields, and migrated. Hooks do not run.
 *
 * @param definitions - the entities to read; their names distinguish the types of the documents
 *   (default: all that are bound to the table).
 * @returns null for an image of another entity or namespace, for a unique item, for an item of
 *   another program, and for a record without the image.
 * @throws {@link EntityError} `InvalidImage` if it is not an image; `InvalidInput`,
 *   `UnreadableItem`.
 *
 * @example
 * ```ts
 * import { readImage, type StreamImage, type Table } from '@latchkey/entity';
 * import { Account, Session } from '@latchkey/schema';
 *
 * export function nameOf(table: Table, image: StreamImage | undefined): string | undefined {
 *   const read = readImage(table, image, [Account, Session]);
 *   return read?.entity === 'Account' ? read.document.username : undefined;
 * }
 * ```
 */
export function readImage<const D extends readonly AnyEntityDefinition[]>(
  table: Table,
  image: StreamImage | undefined,
  definitions: D,
): DocumentImage<D[number]> | null;
/** Reads the image of a record of any entity that is bound to the table. */
export function readImage(table: Table, image: StreamImage | undefined): AnyDocumentImage | null;
export function readImage(
  table: Table,
  image: StreamImage | undefined,
  definitions?: readonly AnyEntityDefinition[],
): unknown {
  const context = tableContext.of(table, 'readImage');
  const models = (definitions ?? context.definitions.all).map(context.modelOf);
  if (image === undefined) return null;
  const item = itemOfImage(image);
  const model = models.find((candidate) => candidate.owns(item));
  return model ? { entity: model.name, document: model.fromItem(item) } : null;
}
