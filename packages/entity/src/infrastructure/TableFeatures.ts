/** Features that a table can have beyond its keys, its indexes and TTL; none by default. */
export interface TableFeatures {
  /**
   * Read and write units per second that the table and each of its indexes can serve immediately.
   * They can be raised later, but never lowered.
   */
  readonly warmThroughput?: {
    readonly readUnitsPerSecond?: number;
    readonly writeUnitsPerSecond?: number;
  };
  /**
   * Maximum request units per second of the table and each of its indexes, to limit costs. Requests
   * beyond that are throttled.
   */
  readonly maximumThroughput?: {
    readonly readRequestUnits?: number;
    readonly writeRequestUnits?: number;
  };
  /** Content of each change in the table's stream (default: no stream). */
  readonly stream?: StreamView;
  /**
   * The Regions of a global table, two or more, its home Region first: the one that writes. Its
   * stream then holds both images.
   */
  readonly replicas?: readonly string[];
}

/**
 * Content of each change in a stream: the keys, or the item after the change, before it, or both.
 */
export type StreamView = 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES';
