/**
 * Takes the README's screenshot: runs `xdptally top` in tmux and a private network
 * namespace, and draws the screen as SVG.
 * usage, as root: deno run -A toolchain/screenshot.ts docs/top.svg
 */
import { Namespace, sh } from "../tests/lib/stage.ts";
import { Tmux } from "../tests/lib/tmux.ts";
import { BINARY } from "../tests/lib/xdptally.ts";

const WIDTH = 100, HEIGHT = 24;
/** Seconds of normal traffic, and of the incident. */
const BEFORE = 150, DURING = 9;

/** Size of a character cell, and margin around the screen, in pixels. */
const CELL = { width: 8.4, height: 18 }, MARGIN = 14;
const BACKGROUND = "#11151c", TEXT = "#d5dae2";

interface Style {
  colour: string;
  isBold: boolean;
  isDim: boolean;
  isReverse: boolean;
}

const sleep = (seconds: number) =>
  new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** Runs the session. @returns the screen during the incident, with SGR sequences */
async function session(): Promise<string> {
  using stage = new Namespace("screenshot");
  stage.veth("eth0", "senders");
  using terminal = new Tmux({
    width: WIDTH,
    height: HEIGHT,
    env: { COLORTERM: "truecolor" },
  });
  terminal.enter(`ip netns exec ${stage.name} '${BINARY}' top eth0`);
  await terminal.until(/^books balance/m);
  const senders = new Deno.Command("ip", {
    args: [
      ...["netns", "exec", stage.name, Deno.execPath(), "run", "-q"],
      ...["--no-check", "-A", "tests/lib/incident.ts", "senders", `${BEFORE}`],
    ],
  }).spawn();
  try {
    await sleep(BEFORE + DURING);
    return terminal.styledScreen();
  } finally {
    senders.kill("SIGKILL");
    await senders.status;
    terminal.press("q");
    await terminal.until(/end \(signal\)/);
  }
}

/** Applies the parameters of an SGR sequence (ECMA-48) to a style. */
function restyle(style: Style, parameters: string): Style {
  const codes = parameters.split(";").map(Number);
  for (let code; (code = codes.shift()) !== undefined;) {
    if (code === 0) style = DEFAULT_STYLE;
    else if (code === 1) style = { ...style, isBold: true };
    else if (code === 2) style = { ...style, isDim: true };
    else if (code === 7) style = { ...style, isReverse: true };
    else if (code === 39) style = { ...style, colour: TEXT };
    else if (code === 38 && codes.shift() === 2) {
      style = { ...style, colour: `rgb(${codes.splice(0, 3).join(",")})` };
    }
  }
  return style;
}

const DEFAULT_STYLE: Style = {
  colour: TEXT,
  isBold: false,
  isDim: false,
  isReverse: false,
};

function svg(screen: string): string {
  const shapes: string[] = [];
  let style = DEFAULT_STYLE; // carries over line ends
  for (const [row, line] of screen.split("\n").entries()) {
    const y = MARGIN + row * CELL.height;
    let column = 0;
    // deno-lint-ignore no-control-regex
    for (const [, sgr, text] of line.matchAll(/\x1b\[([\d;]*)m|([^\x1b]+)/g)) {
      if (sgr !== undefined) style = restyle(style, sgr);
      else {
        shapes.push(...draw(text!, style, MARGIN + column * CELL.width, y));
        column += text!.length;
      }
    }
  }
  const width = WIDTH * CELL.width + 2 * MARGIN;
  const height = HEIGHT * CELL.height + 2 * MARGIN;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14">
<rect width="100%" height="100%" rx="8" fill="${BACKGROUND}"/>
${shapes.join("\n")}
</svg>
`;
}

/** Draws a text of one style. @returns SVG elements */
function draw(text: string, style: Style, x: number, y: number): string[] {
  const ink = style.isReverse ? BACKGROUND : style.colour;
  const weight = style.isBold ? ' font-weight="bold"' : "";
  const opacity = style.isDim ? ' opacity="0.6"' : "";
  const shapes: string[] = [];
  if (style.isReverse) {
    shapes.push(rectangle(x, y, text.length, CELL.height, style.colour));
  }
  for (
    const { 0: part, index } of text.matchAll(
      /([▁-▏])\1*|[^▁-▏ ]+( [^▁-▏ ]+)*/g,
    )
  ) {
    const left = x + index * CELL.width;
    const block = BLOCKS.get(part[0]!);
    if (block !== undefined) {
      const [wide, high] = block;
      const top = y + (1 - high) * CELL.height;
      const cells = wide * part.length;
      shapes.push(rectangle(left, top, cells, high * CELL.height, ink));
      continue;
    }
    const length = (part.length * CELL.width).toFixed(1);
    shapes.push(
      `<text x="${left.toFixed(1)}" y="${
        y + 13
      }" textLength="${length}" fill="${ink}"${weight}${opacity}>${
        part.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
      }</text>`,
    );
  }
  return shapes;
}

/** Block characters as filled fractions of a cell, from its left and its bottom edge. */
const BLOCKS = new Map<string, [wide: number, high: number]>([
  ...[..."▁▂▃▄▅▆▇█"].map((block, at) =>
    [block, [1, (at + 1) / 8]] as [string, [number, number]]
  ),
  ...[..."▏▎▍▌▋▊▉"].map((block, at) =>
    [block, [(at + 1) / 8, 1]] as [string, [number, number]]
  ),
]);

/** @param wide width in cells; whole cells overlap a little, to show no gaps */
function rectangle(
  x: number,
  y: number,
  wide: number,
  height: number,
  fill: string,
): string {
  const width = wide * CELL.width + (wide >= 1 ? 0.3 : 0);
  return `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${
    width.toFixed(1)
  }" height="${height.toFixed(1)}" fill="${fill}"/>`;
}

/** Five days of three hosts that capture a minute in ten, with a flood on the fourth. */
function captures(): string {
  const lines: unknown[] = [];
  for (const [number, host] of ["web1", "web2", "web3"].entries()) {
    for (let capture = 0; capture < 5 * 144; capture++) {
      const start = Date.UTC(2026, 2, 2, 0, 10 * capture);
      const time = { start: iso(start), end: iso(start + 60_000), elapsed: 60 };
      const run = `${host}-${capture}`;
      const id = { schema: 1, host, run, interface: "eth0", direction: "in" };
      lines.push({ ...id, type: "start", start: time.start });
      const sources = SENDERS.flatMap(([ip, rate, size, isAttack], at) => {
        const hour = capture / 6;
        const tide = isAttack
          ? Number(number === 0 && hour >= 82 + at && hour < 92 - at)
          : 1 + 0.55 * Math.sin((hour - 9 + at) * Math.PI / 12);
        const packets = Math.round(
          60 * rate * tide * (0.9 + wave(capture, at)),
        );
        return packets > 0 ? [{ ip, packets, bytes: packets * size }] : [];
      });
      const nonIp = { packets: 120, bytes: 7200 };
      const none = { packets: 0, bytes: 0 };
      const sum = (unit: "packets" | "bytes") =>
        sources.reduce((all, source) => all + source[unit], nonIp[unit]);
      const counts = {
        complete: true,
        total: { packets: sum("packets"), bytes: sum("bytes") },
        sources,
        ...{ others: none, untracked: none, nonIp, malformed: none },
        filtered: none,
      };
      lines.push({ ...id, type: "tick", seq: 1, ...time, ...counts });
      // One run was killed.
      if (number === 1 && capture === 500) continue;
      lines.push({
        ...id,
        type: "end",
        reason: "duration",
        ...time,
        ...counts,
      });
    }
  }
  return lines.map((line) => JSON.stringify(line) + "\n").join("");
}

const iso = (time: number) => new Date(time).toISOString();

/** A little up and down, the same each time: 0 to 0.2. */
const wave = (capture: number, at: number) =>
  0.1 + 0.1 * Math.sin(capture * (at + 1) * 7.3) * Math.cos(capture * 0.7);

/** Sources, their packets a second and bytes a packet; the attackers first. */
const SENDERS: [ip: string, rate: number, size: number, isAttack: boolean][] = [
  ["198.51.100.23", 1900, 60, true],
  ["203.0.113.99", 1400, 60, true],
  ["192.0.2.10", 200, 1214, false],
  ["2001:db8::10", 130, 1134, false],
  ["192.0.2.44", 70, 654, false],
  ["192.0.2.7", 40, 914, false],
  ["2001:db8::beef", 26, 458, false],
  ["198.18.4.9", 17, 94, false],
  ["192.0.2.200", 11, 1314, false],
  ["198.18.0.77", 5, 526, false],
];

/** The page of a report, as a picture that is small. */
function page(picture: string): void {
  const folder = Deno.makeTempDirSync();
  try {
    const [capture, html] = [`${folder}/web.jsonl`, `${folder}/report.html`];
    Deno.writeTextFileSync(capture, captures());
    Deno.writeTextFileSync(
      html,
      sh(BINARY, "report", "--top", "6", "--format", "html", capture),
    );
    sh(
      "chromium",
      ...["--headless", "--no-sandbox", "--hide-scrollbars", "--disable-gpu"],
      `--user-data-dir=${folder}/chromium`,
      ...["--window-size=1150,1290", `--screenshot=${folder}/page.png`],
      `file://${html}`,
    );
    sh("pngquant", "--force", "--output", picture, "64", `${folder}/page.png`);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

for (const file of Deno.args) {
  if (file.endsWith(".svg")) Deno.writeTextFileSync(file, svg(await session()));
  else page(file);
}
