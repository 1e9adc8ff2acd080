import { splitPath, type AnyEntityDefinition } from '@latchkey/schema';
import type { Fields } from '../../entity/EntityModel.js';
import { valueAt } from '../../entity/valueAt.js';
import { SAMPLE_DATE } from './sampleTime.js';
import { type FieldSchema, sampleFields } from './sampleValue.js';

/**
 * A document as it could be stored, but for its ULID: valid by its schema where samples are simple
 * to find, without what no sample is known for, and with `(secret)` for every secret, numbered, since a
 * secret may be unique.
 *
 * @param variant - picks from enumerations and unions.
 */
export function sampleDocument(definition: AnyEntityDefinition, variant: number): Fields {
  const { schema } = definition;
  const shape: Readonly<Record<string, FieldSchema>> = schema.shape;
  const fields = sampleFields(shape, variant);
  const problems = schema.safeParse(fields).error?.issues ?? [];
  for (const { path } of problems) {
    const name = String(path[0] ?? '');
    if (shape[name]?._zod.optin === 'optional') Reflect.deleteProperty(fields, name);
  }
  const parsed = schema.safeParse(fields);
  const document: Fields = parsed.success ? parsed.data : fields;
  const secret = variant === 0 ? '(secret)' : `(secret ${String(variant)})`;
  for (const path of definition.secrets) hideSecret(document, splitPath(path), secret);
  return { ...document, createdAt: SAMPLE_DATE, updatedAt: SAMPLE_DATE };
}

function hideSecret(document: Fields, segments: readonly string[], secret: string): void {
  const leaf = segments.at(-1) ?? '';
  const parent = valueAt(document, segments.slice(0, -1)) as Fields | undefined;
  if (!parent || !Object.hasOwn(parent, leaf)) return;
  if (typeof parent[leaf] === 'string') parent[leaf] = secret;
  else Reflect.deleteProperty(parent, leaf);
}
