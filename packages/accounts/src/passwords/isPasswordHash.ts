/** bcrypt, crypt(3) and the PHC string format: `$<id>$…`, with what only a hash has after it. */
const HASH = /^\$(?:2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}|[a-z0-9-]{1,32}\$.*[./A-Za-z0-9+=]{16,})$/;

/**
 * Tells whether a value has the form of a stored password hash. As a password it would be the hash
 * itself that opens the account: somebody has taken a sign-up for an import.
 */
export function isPasswordHash(value: string): boolean {
  return HASH.test(value);
}
