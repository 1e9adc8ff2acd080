import { AccountError } from '../errors/AccountError.js';

/** Error codes that would tell a visitor whether such an account exists (ASVS 6.3.8). */
const TELLING: readonly string[] = ['UserNotFound', 'AccountLocked'];

/** Waits for a flow that a visitor must not learn an account's existence from. */
export async function suppressEnumeration(flow: Promise<void>): Promise<void> {
  try {
    await flow;
  } catch (error) {
    if (!AccountError.is(error) || !TELLING.includes(error.code)) throw error;
  }
}
