/** Turns passwords into what is stored, and checks them against it. */
export interface PasswordHasher {
  /** A well-formed stored string that no password matches, to verify against for unknown users. */
  readonly dummyHash: string;

  /**
   * Hashes a new password with a fresh salt.
   *
   * @param password - The password, any length.
   * @throws AccountError `InvalidInput` for a string that is not well-formed Unicode; `TooBusy`.
   */
  hash(password: string): Promise<string>;

  /**
   * Tells whether a password belongs to a stored string. Never throws over what is stored: a
   * malformed string takes as long as a wrong password and gives `false`.
   *
   * @param password - The password that somebody typed.
   * @param stored - What `hash` gave.
   * @throws AccountError `TooBusy`
   */
  verify(password: string, stored: string): Promise<boolean>;

  /**
   * Tells whether a stored string should be replaced at the next successful login, because it was
   * made by weaker settings (ASVS 11.2.2). A hasher without this method never asks for it.
   *
   * @param stored - What `hash` gave, perhaps years ago.
   */
  needsRehash?(stored: string): boolean;

  /**
   * Tells whether a stored string is of a scheme that this hasher verifies, well-formed, and not
   * above the highest cost that it is willing to pay (ASVS 15.1.3). It does no hashing. A hasher
   * without this method is given whatever is stored, and can only be an application's only one.
   *
   * @param stored - What the table holds, perhaps from another system.
   */
  recognises?(stored: string): boolean;
}
