import type { EntityError } from '../../errors/EntityError.js';
import type { TableFeatures } from '../TableFeatures.js';

const VIEWS: readonly unknown[] = ['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES'];
const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;

/**
 * Checks what a table is to have, and gives it with what follows from it.
 *
 * @param refuse - makes the error for a reason.
 */
export function checkFeatures(
  { warmThroughput, maximumThroughput, stream, replicas }: TableFeatures,
  refuse: (reason: string) => EntityError,
): TableFeatures {
  assertUnits(
    'warmThroughput',
    warmThroughput,
    ['readUnitsPerSecond', 'writeUnitsPerSecond'],
    refuse,
  );
  assertUnits(
    'maximumThroughput',
    maximumThroughput,
    ['readRequestUnits', 'writeRequestUnits'],
    refuse,
  );
  if (stream !== undefined && !VIEWS.includes(stream)) {
    throw refuse(`the stream must be one of ${VIEWS.join(', ')}`);
  }
  if (replicas !== undefined) {
    const regions: readonly unknown[] = Array.isArray(replicas) ? replicas : [];
    const areRegions = regions.every((name) => typeof name === 'string' && REGION.test(name));
    if (!areRegions || regions.length < 2 || new Set(regions).size < regions.length) {
      throw refuse('replicas must be two or more different Regions, such as eu-central-1');
    }
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
    if (stream !== undefined && stream !== 'NEW_AND_OLD_IMAGES') {
      throw refuse('the stream of a table with replicas must be NEW_AND_OLD_IMAGES');
    }
  }
  return {
    ...(warmThroughput && { warmThroughput }),
    ...(maximumThroughput && { maximumThroughput }),
    ...(stream && { stream }),
    ...(replicas && { replicas, stream: 'NEW_AND_OLD_IMAGES' }),
  };
}

function assertUnits(
  path: string,
  given: object | undefined,
  names: readonly string[],
  refuse: (reason: string) => EntityError,
): void {
  if (given === undefined) return;
  const entries = typeof given === 'object' ? Object.entries(given as Record<string, unknown>) : [];
  const isValid = entries.every(
    ([name, units]) => names.includes(name) && Number.isSafeInteger(units) && Number(units) > 0,
  );
  if (entries.length > 0 && isValid) return;
  throw refuse(`${path} must have ${names.join(' and ')}, whole numbers above 0`);
}
