/** A record of an export, before anything is known of it. */
export type ExportRecord = Readonly<Record<string, unknown>>;

/** Gives an object as a record; an empty one for anything else. */
export function recordOf(value: unknown): ExportRecord {
  return typeof value === 'object' && value !== null ? (value as ExportRecord) : {};
}

/** Gives the records of a list; none for anything else. */
export function recordsOf(value: unknown): readonly ExportRecord[] {
  return Array.isArray(value) ? value.map(recordOf) : [];
}

/** Leaves out what is empty: exports have null or an empty text where there is nothing. */
export function withoutEmpty(fields: ExportRecord): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) => value !== undefined && value !== null && value !== '',
    ),
  );
}

/** A profile of what is there; undefined if nothing is. */
export function profileOf(fields: ExportRecord): ExportRecord | undefined {
  const profile = withoutEmpty(fields);
  return Object.keys(profile).length > 0 ? profile : undefined;
}

/** A time in milliseconds since 1970, as a number or as digits; anything else as it is. */
export function timeOf(value: unknown): unknown {
  const isDigits = typeof value === 'string' && /^\d{1,15}$/.test(value);
  return typeof value === 'number' || isDigits ? new Date(Number(value)) : value;
}

/** An identity at another provider, which the other system has verified. */
export function identity(provider: unknown, value: unknown): ExportRecord {
  return {
    kind: 'oauth',
    provider,
    value: typeof value === 'number' ? String(value) : value,
    verified: true,
  };
}

/** A username, unless it is an e-mail address: those are contacts here. */
export function usernameOf(value: unknown, email: unknown): unknown {
  const isEmail =
    typeof value === 'string' &&
    typeof email === 'string' &&
    value.toLowerCase() === email.toLowerCase();
  return isEmail ? undefined : value;
}

/** Parses JSON inside a text; undefined for anything else. */
export function parseJson(value: unknown): unknown {
  if (typeof value !== 'string') return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

/** Bytes in base64 without padding, as PHC strings have them. */
export function phcBase64(value: unknown): string {
  return typeof value === 'string' ? value.replaceAll('=', '') : '';
}
