import {
  AccessType,
  Account,
  AccountToken,
  type AnyEntityDefinition,
  Session,
} from '@latchkey/schema';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from './UsageError.js';

const ACCOUNT_ENTITIES = [Account, AccessType, AccountToken, Session];

/**
 * The entity definitions that modules export, by themselves or in lists.
 *
 * @param files - ES modules or CommonJS, from the current folder; none gives the account entities.
 * @throws {@link UsageError} for a file that cannot be loaded, or that exports no definition.
 */
export async function loadDefinitions(files: readonly string[]): Promise<AnyEntityDefinition[]> {
  if (files.length === 0) return ACCOUNT_ENTITIES;
  const found = await Promise.all(files.map(definitionsOf));
  return [...new Set(found.flat())];
}

async function definitionsOf(file: string): Promise<AnyEntityDefinition[]> {
  let exported: Record<string, unknown>;
  try {
    exported = (await import(pathToFileURL(resolve(file)).href)) as Record<string, unknown>;
  } catch (error) {
    // Without the stack and without who asked: that is this file.
    const [reason = ''] = (error as Error).message.split(/\n| imported from /, 1);
    throw new UsageError(`${file} cannot be loaded: ${reason}`);
  }
  // The exports of CommonJS are together in `default`.
  const definitions = [...Object.values(exported), ...valuesOf(exported.default)]
    .flat()
    .filter(isDefinition);
  if (definitions.length === 0) throw new UsageError(`${file} exports no entity definition.`);
  return definitions;
}

function valuesOf(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null && !isDefinition(value)
    ? Object.values(value)
    : [];
}

/** By its form, for it may come from another copy of the schema package. */
function isDefinition(value: unknown): value is AnyEntityDefinition {
  if (typeof value !== 'object' || value === null) return false;
  const { name, indexes, schema, shape } = value as Partial<AnyEntityDefinition>;
  return (
    typeof name === 'string' &&
    Array.isArray(indexes) &&
    typeof schema?.safeParse === 'function' &&
    typeof shape === 'object'
  );
}
