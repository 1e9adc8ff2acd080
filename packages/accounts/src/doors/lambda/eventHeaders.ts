import type { KnownEvent, ManyValues, OneValue } from './events.js';

const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const BEYOND_BYTES = /[^\0-\xff]/;
const CONTROLS = /[\0\r\n]/g;

/** Translates the headers of an event. Nothing that a client sends makes it throw. */
export function eventHeaders({ trigger, event }: KnownEvent): Headers {
  const headers = new Headers();
  const many = trigger === 'http' ? null : event.multiValueHeaders;
  for (const [name, value] of pairsOf(event.headers, many)) {
    if (NAME.test(name)) headers.append(name, byteString(value));
  }
  // Payload 2.0 has the cookies in a list of their own; function URLs, in both.
  if (trigger === 'http' && event.cookies && event.cookies.length > 0) {
    headers.set('cookie', byteString(event.cookies.join('; ')));
  }
  return headers;
}

/** Name and value of everything in an event's maps; of those with many values, where there are such. */
export function pairsOf(one: OneValue = null, many: ManyValues = null): [string, string][] {
  const entries: [string, unknown][] = Object.entries(many ?? one ?? {});
  return entries.flatMap(([name, values]) =>
    [values]
      .flat()
      .flatMap((value): [string, string][] => (typeof value === 'string' ? [[name, value]] : [])),
  );
}

/** The bytes of a header as they were on the wire: events have them decoded, as UTF-8. */
function byteString(value: string): string {
  const bytes = BEYOND_BYTES.test(value) ? Buffer.from(value, 'utf8').toString('latin1') : value;
  return bytes.replaceAll(CONTROLS, ' ');
}
