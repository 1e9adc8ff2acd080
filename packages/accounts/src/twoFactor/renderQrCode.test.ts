import jsQR from 'jsqr';
import { createTotpSecret } from './createTotpSecret.js';
import { renderQrCode } from './renderQrCode.js';
import { totpUri } from './totpUri.js';

/** Paints the squares of an SVG into pixels and reads them as a camera would. */
function scan(svg: string): string | undefined {
  const size = Number(/viewBox="0 0 (\d+) \1"/.exec(svg)?.[1]);
  const pixels = new Uint8ClampedArray(size * size * 4).fill(255);
  for (const [, left, top, side] of svg.matchAll(/M(\d+),(\d+)h(\d+)v\3h-\3z/g)) {
    for (let y = Number(top); y < Number(top) + Number(side); y++) {
      const start = (y * size + Number(left)) * 4;
      for (let x = 0; x < Number(side); x++) pixels.fill(0, start + x * 4, start + x * 4 + 3);
    }
  }
  return jsQR.default(pixels, size, size, { inversionAttempts: 'dontInvert' })?.data;
}

describe('renderQrCode', () => {
  it.each([
    ['a short name', { issuer: 'Shop', label: 'ada@example.com' }],
    ['reserved characters', { issuer: 'Käse & Co', label: `a:b/c?d=e&f#g'"<>` }],
    ['other alphabets', { issuer: '漢字', label: 'Πυθαγόρας' }],
    ['the longest issuer', { issuer: 's'.repeat(64), label: 'l'.repeat(100) }],
  ])('holds exactly the URI: %s', async (_name, names) => {
    const uri = totpUri({ ...names, secret: createTotpSecret() });
    expect(scan(await renderQrCode(uri))).toBe(uri);
  });

  it('has room for the longest URI that there can be', async () => {
    const uri = totpUri({
      issuer: '😀'.repeat(64),
      label: '😀'.repeat(100),
      secret: createTotpSecret(),
    });
    expect(await renderQrCode(uri)).toMatch(/^<svg /);
  });

  it('refuses what does not fit', async () => {
    await expect(renderQrCode('x'.repeat(2954))).rejects.toThrow(RangeError);
  });

  it('ASVS 1.2.2: is a picture only: neither text, nor scripts, nor links', async () => {
    const svg = await renderQrCode(`</svg><script>alert("x")</script>`);
    expect(svg).toMatch(
      /^<svg xmlns="[^"<>]+" viewBox="0 0 \d+ \d+"><rect fill="white" width="\d+" height="\d+"\/><path fill="black" d="[Mhvz\d,-]+"\/><\/svg>$/,
    );
  });

  it('leaves four modules of white on every side', async () => {
    const svg = await renderQrCode('x');
    const size = Number(/viewBox="0 0 (\d+) /.exec(svg)?.[1]);
    const squares = [...svg.matchAll(/M(\d+),(\d+)h(\d+)/g)].map((match) => match.map(Number));
    const side = squares[0]?.[3] ?? NaN;
    const places = squares.flatMap(([, x, y]) => [x ?? NaN, y ?? NaN]);
    expect(Math.min(...places)).toBe(4 * side);
    expect(Math.max(...places)).toBe(size - 5 * side);
  });
});
