/** Draws the charts for the README as SVG. */

const COLOURS = [
  "#4e79a7",
  "#f28e2b",
  "#76b7b2",
  "#e15759",
  "#59a14f",
  "#b07aa1",
];
const WIDTH = 840, HEIGHT = 420;
const PLOT = { left: 70, right: 20, top: 60, bottom: 60 };

export interface Group {
  readonly label: string;
  readonly values: Readonly<Record<string, number>>;
}

/** Draws a bar chart of groups, with one colour per contender. @returns SVG */
export function bars(title: string, groups: readonly Group[]): string {
  const names = [
    ...new Set(groups.flatMap(({ values }) => Object.keys(values))),
  ];
  const top = Math.max(
    ...groups.flatMap(({ values }) => Object.values(values)),
  );
  const { left, right, bottom } = PLOT;
  const slot = (WIDTH - left - right) / groups.length;
  const bar = slot * 0.8 / names.length;
  const height = HEIGHT - PLOT.top - bottom;
  const y = (value: number) => HEIGHT - bottom - height * value / top;
  return picture(title, names, [
    ...axis(steps(top), y),
    ...groups.flatMap(({ label, values }, group) => [
      text(
        left + (group + 0.5) * slot,
        HEIGHT - bottom + 18,
        label,
        "middle",
        11,
      ),
      ...Object.entries(values).map(([name, value]) => {
        const at = names.indexOf(name);
        return `<rect x="${
          rounded(left + group * slot + slot * 0.1 + at * bar)
        }" y="${rounded(y(value))}" width="${rounded(bar - 1)}" height="${
          rounded(HEIGHT - bottom - y(value))
        }" fill="${colour(at)}"/>`;
      }),
    ]),
  ]);
}

/** Draws lines over logarithmic axes, with one colour per contender. @returns SVG */
export function curves(
  title: string,
  xLabel: string,
  lines: Readonly<Record<string, readonly (readonly [number, number])[]>>,
): string {
  const points = Object.values(lines).flat();
  const xs = decades(points.map(([x]) => x));
  const ys = decades(points.map(([, y]) => y));
  const { left, right, top, bottom } = PLOT;
  const x = (value: number) =>
    left + (WIDTH - left - right) * position(value, xs);
  const y = (value: number) =>
    HEIGHT - bottom - (HEIGHT - top - bottom) * position(value, ys);
  return picture(title, Object.keys(lines), [
    ...axis(ys, y),
    ...xs.map((at) =>
      text(x(at), HEIGHT - bottom + 18, at.toLocaleString("en"), "middle", 11)
    ),
    text((WIDTH + left) / 2, HEIGHT - bottom + 38, xLabel, "middle", 12),
    ...Object.values(lines).map((line, at) =>
      `<polyline fill="none" stroke="${colour(at)}" stroke-width="2" points="${
        line.map(([one, other]) => `${rounded(x(one))},${rounded(y(other))}`)
          .join(" ")
      }"/>`
    ),
  ]);
}

function picture(
  title: string,
  names: readonly string[],
  shapes: readonly string[],
): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text(PLOT.left, 22, title, "start", 15),
    ...names.flatMap((name, at) => [
      `<rect x="${PLOT.left + at * 125}" y="34" width="10" height="10" fill="${
        colour(at)
      }"/>`,
      text(PLOT.left + 15 + at * 125, 43, name, "start", 12),
    ]),
    ...shapes,
    "</svg>",
    "",
  ].join("\n");
}

/** Horizontal grid lines, labelled with their values. */
function axis(
  values: readonly number[],
  y: (value: number) => number,
): string[] {
  return values.flatMap((value) => [
    `<line x1="${PLOT.left}" x2="${WIDTH - PLOT.right}" y1="${
      rounded(y(value))
    }" y2="${rounded(y(value))}" stroke="#dddddd"/>`,
    text(PLOT.left - 8, y(value) + 4, value.toLocaleString("en"), "end", 11),
  ]);
}

/** Round values from 0 up to `top`. */
function steps(top: number): number[] {
  const size = 10 ** Math.floor(Math.log10(top));
  const step = top / size > 5 ? size : top / size > 2 ? size / 2 : size / 5;
  return Array.from(
    { length: Math.floor(top / step) + 1 },
    (_, at) => at * step,
  );
}

/** The powers of ten from the one below to the one above all values. */
function decades(values: readonly number[]): number[] {
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.ceil(Math.log10(Math.max(...values)));
  return Array.from(
    { length: last - first + 1 },
    (_, at) => 10 ** (first + at),
  );
}

/** Position of a value between the first and the last decade, from 0 to 1. */
function position(value: number, decades: readonly number[]): number {
  return Math.log10(value / decades[0]!) / (decades.length - 1 || 1);
}

function text(
  x: number,
  y: number,
  content: string,
  anchor: string,
  size: number,
): string {
  return `<text x="${rounded(x)}" y="${
    rounded(y)
  }" font-size="${size}" text-anchor="${anchor}">${content}</text>`;
}

function colour(at: number): string {
  return COLOURS[at % COLOURS.length]!;
}

function rounded(value: number): string {
  return String(Math.round(value * 10) / 10);
}
