import type { schemasAt } from '@latchkey/schema';
import { SAMPLE_DATE, sampleUlid } from './sampleTime.js';

/** Any zod schema. */
export type FieldSchema = ReturnType<typeof schemasAt>[number];

/** Parts of a schema's inner definition that are looked at, by its `type`. */
interface SchemaDef {
  readonly type: string;
  readonly shape?: Readonly<Record<string, FieldSchema>>;
  readonly options?: readonly FieldSchema[];
  readonly items?: readonly FieldSchema[];
  readonly values?: readonly unknown[];
  readonly entries?: Readonly<Record<string, unknown>>;
  readonly element?: FieldSchema;
  readonly valueType?: FieldSchema;
  readonly innerType?: FieldSchema;
  readonly in?: FieldSchema;
  readonly defaultValue?: unknown;
}

const DAY_MS = 24 * 60 * 60_000;
const TEXTS: readonly string[] = [
  'ada@example.com',
  '+4930123456',
  sampleUlid(0),
  '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  'https://example.com/',
  '2026-01-15T12:00:00.000Z',
  '2026-01-15',
  '12:00:00',
  '192.0.2.1',
  '2001:db8::1',
  'DE',
  'EUR',
  '12345',
  'A-1001',
  'a'.repeat(64),
  'a'.repeat(256),
];
const NUMBERS: readonly number[] = [1, 10, 100, 1000, 0, 0.5, -1];
const DATES: readonly Date[] = [30, 0, -30, 3650, -3650].map(
  (days) => new Date(SAMPLE_DATE.getTime() + days * DAY_MS),
);

/**
 * A value that a schema takes, the same at every call; undefined where none is simple to find.
 *
 * @param name - the field's name, which is the sample text wherever the schema allows that.
 * @param variant - picks from enumerations and unions, so that documents differ.
 */
function sampleValue(schema: FieldSchema, name: string, variant: number): unknown {
  const def = schema._zod.def as unknown as SchemaDef;
  const inner = def.innerType ?? def.in;
  switch (def.type) {
    case 'string':
    case 'template_literal':
      return [name, ...TEXTS].find((text) => takes(schema, text));
    case 'number':
      return NUMBERS.find((number) => takes(schema, number));
    case 'bigint':
      return NUMBERS.filter(Number.isInteger)
        .map(BigInt)
        .find((number) => takes(schema, number));
    case 'boolean':
      return true;
    case 'date':
      return DATES.find((date) => takes(schema, date));
    case 'literal':
      return picked(def.values, variant);
    case 'enum':
      return picked(Object.values(def.entries ?? {}), variant);
    case 'union':
      return sampled(picked(def.options, variant), name, variant);
    case 'object':
      return sampleFields(def.shape ?? {}, variant);
    case 'record':
      return {};
    case 'array':
      return listOf(sampled(def.element, name, variant));
    case 'set':
      return new Set(listOf(sampled(def.valueType, name, variant)));
    case 'tuple':
      return (def.items ?? []).map((item) => sampleValue(item, name, variant));
    case 'unknown':
    case 'any':
      return name;
    case 'default':
    case 'prefault':
      return def.defaultValue;
    default:
      return sampled(inner, name, variant);
  }
}

/** A sample of each field that has one. */
export function sampleFields(
  shape: Readonly<Record<string, FieldSchema>>,
  variant: number,
): Record<string, unknown> {
  const samples = Object.entries(shape).map(
    ([name, field]) => [name, sampleValue(field, name, variant)] as const,
  );
  return Object.fromEntries(samples.filter(([, value]) => value !== undefined));
}

function sampled(schema: FieldSchema | undefined, name: string, variant: number): unknown {
  return schema && sampleValue(schema, name, variant);
}

function picked<T>(values: readonly T[] | undefined, variant: number): T | undefined {
  return values?.[variant % values.length];
}

function listOf(value: unknown): unknown[] {
  return value === undefined ? [] : [value];
}

function takes(schema: FieldSchema, value: unknown): boolean {
  const result = schema['~standard'].validate(value);
  return 'value' in result;
}
