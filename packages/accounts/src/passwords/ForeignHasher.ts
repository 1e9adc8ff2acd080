/**
 * Verifies what another system has stored of passwords, for the option `passwords.extraHashers`. It makes no
 * hashes: at its owner's next login, such a hash is replaced by one of the application's own hasher.
 */
export interface ForeignHasher {
  /**
   * Tells whether a stored string is of this scheme, well-formed, and not above the highest cost that the
   * hasher is willing to pay (ASVS 15.1.3). It does no hashing.
   */
  recognises(stored: string): boolean;

  /**
   * Tells whether a password belongs to a stored string; false for a string that is not recognised.
   *
   * @throws AccountError `TooBusy`
   */
  verify(password: string, stored: string): Promise<boolean>;
}
