import type { VNode } from 'preact';

const FORMAT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

export interface TimestampProps {
  /** An RFC 3339 date-time, or anything else, which is shown as it is. */
  readonly value: string;
}

/** A date-time in the zone of the reader. */
export function Timestamp({ value }: TimestampProps): VNode {
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) return <bdi class="isolated">{value}</bdi>;
  return <time dateTime={date.toISOString()}>{FORMAT.format(date)}</time>;
}
