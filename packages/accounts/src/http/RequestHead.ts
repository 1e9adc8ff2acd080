/** The part of a request that comes before its body; every `Request` is one. */
export interface RequestHead {
  readonly method: string;
  /** With its origin. */
  readonly url: string;
  readonly headers: { get(name: string): string | null };
}

/** Facts about a request's connection that only the server knows. */
export interface Connection {
  /** The address at the other end: the client's, or the nearest proxy's. */
  readonly remoteAddress?: string | undefined;
}
