/** Waits for all, so that nothing goes on once the first error is thrown. */
export async function allOf(actions: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(actions);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
