// The parts of a browser that Node's types do not have. Types of the DOM as a whole would let the
// server's code use a `window` that is not there.

/** The part of `navigator.locks` that the client uses (Web Locks). */
export interface Locks {
  request<T>(
    name: string,
    options: { readonly ifAvailable?: boolean; readonly signal?: AbortSignal },
    callback: (lock: object | null) => T,
  ): Promise<Awaited<T>>;
}

/** The part of a `BroadcastChannel` that the client uses. */
export interface Channel {
  onmessage: ((message: never) => void) | null;
  postMessage(message: string): void;
  close(): void;
}

/** Globals of a page; outside of a browser, some or all of them are missing. */
interface Page {
  readonly location?: { readonly href: string };
  readonly navigator?: { readonly locks?: Locks };
  readonly BroadcastChannel?: new (name: string) => Channel;
}

/** Gives the globals, as they are now. */
export function page(): Page {
  return globalThis;
}
