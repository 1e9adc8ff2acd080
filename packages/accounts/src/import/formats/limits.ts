/** How long a record may be, in UTF-16 units: an account has 400 KB at most. */
export const MAX_RECORD_LENGTH: number = 2 ** 20;
