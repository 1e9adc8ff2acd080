import type * as z from 'zod';
import { SchemaError } from '../errors/SchemaError.js';
import { schemasWithin } from '../stored/schemasWithin.js';

type Schema = z.core.$ZodType;

/** Texts on which the usual normalisers (case, trimming, Unicode forms) do something. */
const SAMPLES = [
  'a',
  'A b',
  ' a ',
  'Äé',
  'e\u0301',
  'ﬁ',
  'İ',
  'a.b@C.example',
  '+49 (151) 1',
  '00',
  '',
];

/**
 * Refuses what cannot be applied to one value twice with one result: a normaliser that changes
 * what it has made, since filters bring what they look for into its stored form; and asynchronous
 * functions, which the library, that never waits for a schema, cannot call.
 *
 * @throws {@link SchemaError} `UnstableNormaliser`, `AsynchronousSchema`
 */
export function assertRepeatable(entity: string, schema: z.ZodObject): void {
  const shape = schema.shape as Readonly<Record<string, Schema>>;
  const parts = Object.entries(shape).map(
    ([path, field]) => [path, [...schemasWithin(field)]] as const,
  );
  for (const [path, schemas] of [['', [schema]] as const, ...parts]) {
    for (const within of schemas) {
      if (functionsOf(within).some(isAsync)) throw asynchronous(entity, path);
      if (!isRepeatable(normalisersOf(within))) throw unstable(entity, path);
    }
  }
}

/** A string schema's `.trim()`, `.toLowerCase()`, `.overwrite()` …, in their order. */
function normalisersOf({ _zod }: Schema): ((text: string) => unknown)[] {
  if (_zod.def.type !== 'string') return [];
  return (_zod.def.checks ?? []).flatMap((check) => {
    const def = check._zod.def as { check: string; tx?: (text: string) => unknown };
    return def.check === 'overwrite' && def.tx ? [def.tx] : [];
  });
}

function isRepeatable(normalisers: readonly ((text: string) => unknown)[]): boolean {
  if (normalisers.length === 0) return true;
  const normalise = (text: string): unknown =>
    normalisers.reduce((value: unknown, each) => each(value as string), text);
  return SAMPLES.every((text) => {
    try {
      const once = normalise(text);
      return typeof once !== 'string' || Object.is(normalise(once), once);
    } catch {
      // It takes no such text, which a check before it refuses.
      return true;
    }
  });
}

/** The functions of the schema's author that a parse calls. */
function functionsOf({ _zod }: Schema): unknown[] {
  const def = _zod.def as { transform?: unknown; fn?: unknown };
  const checks = (_zod.def.checks ?? []).map((check) => (check._zod.def as { fn?: unknown }).fn);
  return [def.transform, def.fn, ...checks];
}

function isAsync(value: unknown): boolean {
  return typeof value === 'function' && value.constructor.name === 'AsyncFunction';
}

function unstable(entity: string, path: string): SchemaError<'UnstableNormaliser'> {
  return new SchemaError(
    'UnstableNormaliser',
    `"${path}" of ${entity} has a normaliser that changes its own result when it is run again. Use .transform() for changes to input, or make it return its own results unchanged.`,
    { entity, path },
  );
}

function asynchronous(entity: string, path: string): SchemaError<'AsynchronousSchema'> {
  return new SchemaError(
    'AsynchronousSchema',
    `"${path || 'the whole'}" of ${entity} has an asynchronous refinement or transform. Do asynchronous work in a preParse hook.`,
    { entity, path },
  );
}
