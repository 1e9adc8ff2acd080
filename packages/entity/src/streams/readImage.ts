import type { AnyEntityDefinition } from '@latchkey/schema';
import type { EntityModel, Fields } from '../entity/EntityModel.js';
import type { Document } from '../entity/inputs.js';
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

/** The document of an image, if it is of one of some entities. */
export function readImage(
  image: StreamImage | undefined,
  models: readonly EntityModel[],
): { entity: string; document: Fields } | null {
  if (image === undefined) return null;
  const item = itemOfImage(image);
  const model = models.find((candidate) => candidate.owns(item));
  return model ? { entity: model.name, document: model.fromItem(item) } : null;
}
