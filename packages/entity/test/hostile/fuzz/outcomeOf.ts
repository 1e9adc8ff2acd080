/** How a call ended. */
export type Outcome =
  | { readonly kind: 'given'; readonly value: unknown }
  | { readonly kind: 'thrown'; readonly error: unknown }
  | { readonly kind: 'hung' };

/** So long that no noise of a machine reaches it: what takes longer does not end. */
const WATCH_MS = 20_000;

/** Runs a call, and watches that it ends. */
export async function outcomeOf(call: () => unknown): Promise<Outcome> {
  const start = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const hung = new Promise<Outcome>((resolve) => {
    timer = setTimeout(resolve, WATCH_MS, { kind: 'hung' });
  });
  const ended = async (): Promise<Outcome> => {
    try {
      const value = await call();
      return { kind: 'given', value };
    } catch (error) {
      return { kind: 'thrown', error };
    }
  };
  try {
    const outcome = await Promise.race([ended(), hung]);
    // What blocks the event loop does not let the watch ring.
    return performance.now() - start > WATCH_MS ? { kind: 'hung' } : outcome;
  } finally {
    clearTimeout(timer);
  }
}
