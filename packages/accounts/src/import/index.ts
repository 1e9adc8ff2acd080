export { importAccounts } from './importAccounts.js';
export type { ImportOptions, ImportProgress, ImportResult, RefusedRow } from './ImportOptions.js';
export {
  UnreadableRow,
  type ImportContact,
  type ImportRow,
  type ImportSource,
} from './ImportRow.js';
export { IMPORT_FORMATS, readUsers, type ImportFormat } from './formats/readUsers.js';
