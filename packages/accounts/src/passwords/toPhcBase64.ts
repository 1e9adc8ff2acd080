/** Bytes as PHC strings have them: base64 without padding. */
export function toPhcBase64(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}
