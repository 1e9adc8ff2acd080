// ISO/IEC 18004 §9.1: four modules of white on every side, or cameras do not find the code.
const QUIET_ZONE_MODULES = 4;

/**
 * Draws a text as a QR code. An authenticator URI contains a secret, which must not be sent to a web
 * service that draws QR codes.
 *
 * @param text - At most 2953 bytes as UTF-8.
 * @returns An SVG document without scripts, links and the text itself, black on white; any size,
 *   4 units a module by itself.
 * @throws RangeError if the text does not fit.
 */
export async function renderQrCode(text: string): Promise<string> {
  // Only an enrolment needs the encoder, so that a cold start does not load it.
  const { renderSVG } = await import('uqr');
  // The smallest code that holds the text, with as much error correction as fits into that size.
  return renderSVG(text, { ecc: 'L', boostEcc: true, border: QUIET_ZONE_MODULES, pixelSize: 4 });
}
