/** Features that a table can have beyond its keys, its indexes and TTL; none by default. */
export interface TableFeatures {
  /**
   * Read and write units per second that the table and each of its indexes take at once, without
   * having to grow first. This throughput can be raised later, and never lowered.
   */
  readonly warmThroughput?: {
    readonly readUnitsPerSecond?: number;
    readonly writeUnitsPerSecond?: number;
  };
  /**
   * The most that the table and each of its indexes take, in request units per second: a bound on
   * costs. What is beyond that is throttled.
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

/** Content of each change in a stream: the keys, or the item as it is, as it was, or both. */
export type StreamView = 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES';
