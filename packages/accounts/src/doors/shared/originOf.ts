/** A host name or address with an optional port. */
const AUTHORITY = /^(?:[\w.-]{1,255}|\[[\da-f:.]{2,45}\])(?::\d{1,5})?$/i;

/**
 * The origin of a request's URL. A `Host` that is none counts as `localhost`: the origin only completes
 * the URL, and no rule goes by it where there is a `Host`.
 */
export function originOf(scheme: 'http' | 'https', host: string | undefined): string {
  const origin = `${scheme}://${host ?? ''}`;
  const isFit = host !== undefined && AUTHORITY.test(host) && URL.canParse(origin);
  return isFit ? origin : `${scheme}://localhost`;
}
