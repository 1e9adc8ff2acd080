/** What is read of a request before its body; every `Request` is one. */
export interface RequestHead {
  readonly method: string;
  /** With its origin. */
  readonly url: string;
  readonly headers: { get(name: string): string | null };
}

/** What a server knows of a request's connection. */
export interface Connection {
  /** The address at the other end: the client's, or the nearest proxy's. */
  readonly remoteAddress?: string | undefined;
}
