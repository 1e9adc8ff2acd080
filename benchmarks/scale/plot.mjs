import { inThousands } from './inThousands.mjs';

const WIDTH = 880;
const LEFT = 340;
const RIGHT = 40;
const TOP = 56;
const ROW = 36;
/** Between the lines of one flow: each number of accounts has its own. */
const LINE = 9;
/** From few accounts to many; each reads on a light and on a dark page. */
const COLOURS = ['#5b8def', '#2fa37c', '#d9822b', '#b75bd6', '#c94f6d'];
const TITLE = 'Milliseconds of each flow by number of accounts and sessions';
const STYLE =
  'text{fill:#444}.axis{stroke:#8888884d}.row{fill:#88888812}' +
  '@media(prefers-color-scheme:dark){text{fill:#ccc}}';

/**
 * Draws the milliseconds of every flow as an SVG, on a logarithmic axis: a dot for each scale, the larger the
 * more sessions.
 */
export function plot(rows) {
  const all = rows.flatMap(({ cells }) => cells.map(({ ms }) => Math.max(ms, 0.1)));
  const [low, high] = [Math.floor(log(Math.min(...all))), Math.ceil(log(Math.max(...all)))];
  const x = (ms) =>
    round(LEFT + ((log(Math.max(ms, 0.1)) - low) / (high - low)) * (WIDTH - LEFT - RIGHT));
  const bottom = TOP + rows.length * ROW;
  const sizes = distinct(rows, 'accounts');
  const counts = distinct(rows, 'sessions');
  const colourOf = (accounts) => COLOURS[sizes.indexOf(accounts) % COLOURS.length];
  const radiusOf = (sessions) => 2.5 + counts.indexOf(sessions);
  const ticks = Array.from({ length: high - low + 1 }, (_, step) => 10 ** (low + step));

  const legend = sizes.map((accounts, index) => {
    const left = LEFT + index * 150;
    const label = `${inThousands(accounts)} ${accounts === 1 ? 'account' : 'accounts'}`;
    return dot(left, 20, 5, colourOf(accounts)) + text(left + 12, 24, label);
  });
  const axis = ticks.map(
    (ms) =>
      `<line class="axis" x1="${x(ms)}" y1="${TOP - 8}" x2="${x(ms)}" y2="${bottom}"/>` +
      text(x(ms), bottom + 18, `${inThousands(ms)} ms`, 'middle'),
  );
  const flows = rows.flatMap(({ flow, cells }, index) => {
    const middle = TOP + index * ROW + ROW / 2;
    const lineOf = (accounts) => middle + (sizes.indexOf(accounts) - (sizes.length - 1) / 2) * LINE;
    const band = `<rect class="row" x="0" y="${middle - ROW / 2}" width="${WIDTH}" height="${ROW}"/>`;
    return [
      ...(index % 2 === 0 ? [band] : []),
      text(LEFT - 14, middle + 4, flow, 'end'),
      ...cells.map(({ accounts, sessions, ms }) =>
        dot(x(ms), lineOf(accounts), radiusOf(sessions), colourOf(accounts)),
      ),
    ];
  });
  const note = `Dots from small to large: accounts with ${counts.map(inThousands).join(', ')} sessions`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${bottom + 48}" role="img" font-family="system-ui, sans-serif" font-size="13">`,
    `<title>${TITLE}</title>`,
    `<style>${STYLE}</style>`,
    ...legend,
    ...axis,
    ...flows,
    text(LEFT, bottom + 40, note),
    '</svg>',
    '',
  ].join('\n');
}

function dot(x, y, radius, colour) {
  return `<circle cx="${x}" cy="${y}" r="${radius}" fill="${colour}" fill-opacity="0.75"/>`;
}

function text(x, y, content, anchor = 'start') {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x}" y="${y}" text-anchor="${anchor}">${escaped}</text>`;
}

function distinct(rows, name) {
  return [...new Set(rows[0].cells.map((cell) => cell[name]))];
}

function log(value) {
  return Math.log10(value);
}

function round(value) {
  return Math.round(value * 10) / 10;
}
