import type { SecondFactorBody } from '@latchkey/accounts/client';

/** What was typed in: six digits from the app, or else a recovery code. */
export function secondFactorOf(typed: string): SecondFactorBody {
  const compact = typed.replace(/\s/g, '');
  return /^\d{6}$/.test(compact) ? { code: compact } : { recoveryCode: typed.trim() };
}

/** A username or an e-mail address, by the one sign that no username has. */
export function identifierOf(typed: string): { username: string } | { email: string } {
  const name = typed.trim();
  return name.includes('@') ? { email: name } : { username: name };
}
