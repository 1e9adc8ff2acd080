/** Details of a code that has nothing to add to its name. */
export type NoDetails = Readonly<Record<string, never>>;

/** The HTTP status and the sentence that belong to one code. */
export interface AccountErrorEntry {
  readonly status: number;
  readonly message: string;
}

/** Makes the entry of a code. */
export function entry(status: number, message: string): AccountErrorEntry {
  return Object.freeze({ status, message });
}
