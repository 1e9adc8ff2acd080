import {
  type Domain,
  type Index,
  type IndexCondition,
  joinPath,
  type KeyPart,
  type Narrowing,
} from '@latchkey/schema';
import type { EntityModel } from '../entity/EntityModel.js';

/** The type of a key part's values, where they have but one. */
export type PartType = 'string' | 'number' | 'bigint' | 'boolean' | 'date';

/** A part of a key, as a plan needs it. */
export type PartFacts =
  | { readonly kind: 'literal'; readonly value: string }
  | {
      readonly kind: 'field';
      readonly path: string;
      /** The index holds documents without it, too. */
      readonly optional: boolean;
      /** Documents may have null there. */
      readonly nullable: boolean;
      /** The types that its values can have; undefined where they are not known. */
      readonly types: ReadonlySet<PartType> | undefined;
    };

/** A field that decides whether a document is in an index, where the schema alone does not. */
export interface Obligation {
  readonly path: string;
  /** Condition of the index on the field's value (default: that there is one). */
  readonly where?: IndexCondition;
  /**
   * Returns the values that documents can have there, given what is known of the rest of their
   * fields.
   */
  readonly domain: (narrowing?: Narrowing) => Domain;
}

/** Known facts about an index without any filter: worked out once for each definition and table. */
export interface IndexFacts {
  readonly index: Index;
  readonly name: string;
  /** A global secondary index: its reads are never consistent. */
  readonly isGlobal: boolean;
  /** Starts of the index's partition keys and of its sort keys. */
  readonly partitionHead: string;
  readonly sortHead: string;
  readonly PK: readonly PartFacts[];
  readonly SK: readonly PartFacts[];
  /** The fields that every document of the index has, by path. */
  readonly present: ReadonlySet<string>;
  readonly obligations: readonly Obligation[];
  /** The part of a unique key that documents may lack. */
  readonly optional: Obligation | undefined;
  /** The obligations and the optional part. */
  readonly deciding: readonly Obligation[];
}

const known = new WeakMap<EntityModel, readonly IndexFacts[]>();

/** The facts of every index of an entity, `_id` first. */
export function indexFacts(model: EntityModel): readonly IndexFacts[] {
  const before = known.get(model);
  if (before) return before;
  const facts = model.definition.indexes.map((index) => factsOf(model, index));
  known.set(model, facts);
  return facts;
}

function factsOf(model: EntityModel, index: Index): IndexFacts {
  const parts = (keyParts: readonly KeyPart[]): PartFacts[] =>
    keyParts.map((part) => partFacts(model, part));
  const fields = [...index.PK, ...index.SK].filter((part) => part.kind === 'field');
  const required = fields.filter(({ optional }) => !optional);
  const [part] = fields.filter((each) => each.optional);
  const optional = part && obligation(model, part.segments);
  // No document can be made without its own key.
  const obligations =
    index.name === '_id'
      ? []
      : [
          ...required.flatMap(({ segments }) => {
            const { missing, nullable } = model.domain(segments);
            return missing || nullable ? [obligation(model, segments)] : [];
          }),
          ...index.where.map(({ segments, ...where }) => obligation(model, segments, where)),
        ];
  return {
    index,
    name: index.name,
    isGlobal: !index.unique && index.name !== '_id',
    partitionHead: model.partitionKeyHead(index),
    sortHead: model.indexSortKeyHead(index),
    PK: parts(index.PK),
    SK: parts(index.SK),
    present: new Set(required.map(({ segments }) => joinPath(segments))),
    obligations,
    optional,
    deciding: [...(optional ? [optional] : []), ...obligations],
  };
}

function partFacts(model: EntityModel, part: KeyPart): PartFacts {
  if (part.kind === 'literal') return part;
  const { nullable, types } = model.domain(part.segments);
  return { kind: 'field', path: joinPath(part.segments), optional: part.optional, nullable, types };
}

function obligation(
  model: EntityModel,
  segments: readonly string[],
  where?: IndexCondition,
): Obligation {
  const unnarrowed = model.domain(segments);
  // Only what lies inside a union can be narrowed.
  const canBeNarrowed = segments.length > 1;
  return {
    path: joinPath(segments),
    ...(where && { where }),
    domain: (narrowing) =>
      narrowing && canBeNarrowed ? model.domain(segments, narrowing) : unnarrowed,
  };
}
