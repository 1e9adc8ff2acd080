import { importSource } from '../support/importSource.mjs';

/** Dollars that a million of something costs, by the one list of prices. */
export const { dollarsPerMillion } = await importSource('accounts', 'costs/dollars.ts');
