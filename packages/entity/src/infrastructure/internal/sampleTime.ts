/** The moment at which sample documents were made. */
export const SAMPLE_DATE: Date = new Date('2026-01-15T12:00:00.000Z');

/** The ULIDs of that moment, in order, with a number where others are random. */
export function sampleUlid(number: number): string {
  return `01KF0RDQG0${String(number).padStart(16, '0')}`;
}
