const WIDTH = 760;
const LEFT = 250;
const RIGHT = 20;
const TOP = 56;
const ROW = 26;
/** Shades from few accounts to many; each reads on a light and on a dark page. */
const COLOURS = ['#5b8def', '#2fa37c', '#d9822b', '#b75bd6', '#c94f6d'];

/** Draws the milliseconds of every flow as an SVG: a dot for each scale, on a logarithmic axis. */
export function plot(rows) {
  const all = rows.flatMap(({ cells }) => cells.map(({ ms }) => Math.max(ms, 0.1)));
  const [low, high] = [
    10 ** Math.floor(log(Math.min(...all))),
    10 ** Math.ceil(log(Math.max(...all))),
  ];
  const x = (ms) =>
    LEFT + ((log(Math.max(ms, 0.1)) - log(low)) / (log(high) - log(low))) * (WIDTH - LEFT - RIGHT);
  const y = (index) => TOP + index * ROW + ROW / 2;
  const bottom = TOP + rows.length * ROW;
  const sizes = [...new Set(rows[0].cells.map(({ accounts }) => accounts))];
  const colourOf = ({ accounts }) => COLOURS[sizes.indexOf(accounts) % COLOURS.length];
  const ticks = Array.from({ length: log(high) - log(low) + 1 }, (_, step) => low * 10 ** step);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${bottom + 40}" role="img" font-family="system-ui, sans-serif" font-size="12">`,
    '<title>Milliseconds of each flow by number of accounts and sessions</title>',
    '<style>text{fill:#444}.line{stroke:#8888884d}@media(prefers-color-scheme:dark){text{fill:#ccc}}</style>',
    ...sizes.map(
      (accounts, index) =>
        `<circle cx="${LEFT + index * 150 + 6}" cy="20" r="5" fill="${COLOURS[index % COLOURS.length]}"/><text x="${LEFT + index * 150 + 18}" y="24">${accounts} accounts</text>`,
    ),
    ...ticks.map(
      (ms) =>
        `<line class="line" x1="${round(x(ms))}" y1="${TOP - 8}" x2="${round(x(ms))}" y2="${bottom}"/><text x="${round(x(ms))}" y="${bottom + 18}" text-anchor="middle">${ms} ms</text>`,
    ),
    ...rows.flatMap(({ flow, cells }, index) => [
      `<text x="${LEFT - 12}" y="${y(index) + 4}" text-anchor="end">${escaped(flow)}</text>`,
      ...cells.map(
        (cell) =>
          `<circle cx="${round(x(cell.ms))}" cy="${y(index)}" r="4" fill="${colourOf(cell)}" fill-opacity="0.8"/>`,
      ),
    ]),
    `<text x="${LEFT}" y="${bottom + 34}">One dot for each number of sessions: ${[...new Set(rows[0].cells.map(({ sessions }) => sessions))].join(', ')}</text>`,
    '</svg>',
    '',
  ].join('\n');
}

function log(value) {
  return Math.log10(value);
}

function round(value) {
  return Math.round(value * 10) / 10;
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
