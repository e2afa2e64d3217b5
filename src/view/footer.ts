/** Draws the last line of the screen (prompt, message or keys), and the help. */
import { visible } from "../basics/visible.ts";
import { BOLD, colour, DIM, type Frame, REVERSE, type Style } from "./cells.ts";
import { interval } from "./numbers.ts";
import type { Shown } from "./shown.ts";

/** Draws the prompt, else the message, else the keys. */
export function drawFooter(
  frame: Frame,
  row: number,
  shown: Shown,
): void {
  const { prompt, message } = shown;
  if (prompt !== undefined) {
    const from = frame.put(row, 0, `${prompt.label}: `, BOLD);
    // Of a long text, show the end, where the user types.
    const text = visible(prompt.text).slice(
      -Math.max(1, frame.width - from - 1),
    );
    frame.put(row, frame.put(row, from, text), " ", REVERSE);
    return;
  }
  if (message !== undefined) {
    const { text, isError } = message;
    drawMessage(
      frame,
      row,
      visible(text),
      isError ? BOLD | colour("alarm") : BOLD,
    );
    return;
  }
  let from = 0;
  for (const [key, text] of keysOf(shown)) {
    if (from + key.length + 1 + text.length > frame.width) break;
    from = frame.put(row, from, key, BOLD);
    from = frame.put(row, from + 1, text, DIM) + 2;
  }
}

/** Draws a message over the last lines, as many as it needs. */
function drawMessage(
  frame: Frame,
  last: number,
  text: string,
  style: Style,
): void {
  const { width } = frame;
  const lines = Math.min(last + 1, Math.ceil(text.length / width));
  for (let line = 0; line < lines; line++) {
    const part = text.slice(line * width, (line + 1) * width);
    frame.put(last - lines + 1 + line, 0, part.padEnd(width), style);
  }
}

function keysOf(shown: Shown): [key: string, text: string][] {
  return [
    ["q", "quit"],
    ["?", "help"],
    ["s", "sort"],
    ["d", shown.scope === "tick" ? "total" : "delta"],
    ["p", shown.isPaused ? "go on" : "pause"],
    ["/", "filter"],
    ["e", "export"],
    ...(shown.panes.length > 1 ? [["Tab", "next"] as [string, string]] : []),
    ["+ -", interval(shown.interval)],
    ["4 6", "family"],
  ];
}

/** Each key, and what it does. */
export const KEY_HELP: readonly (readonly [keys: string, text: string])[] = [
  ["q, Ctrl-C", "end, and detach"],
  ["s", "sort by packets, bytes, address, or the newest first"],
  ["d", "delta (the last tick) or total (the run)"],
  ["p", "pause: the screen stands still, the counting goes on"],
  ["/", "filter: 10.0.0.0/8, 2001:db8::/32, an address, or a part of one"],
  ["4, 6", "only IPv4, only IPv6; again: both"],
  ["+, -", "longer or shorter interval"],
  ["Up, Down", "scroll a row; Page Up, Page Down: a screen; Home, End"],
  ["Tab, Right", "the next interface; Shift-Tab, Left: the one before"],
  ["e", "export the rows that the filter leaves, as JSON Lines"],
  ["Ctrl-L", "draw the screen again"],
  ["Ctrl-Z", "suspend; fg goes on"],
];

const HELP = [
  ...KEY_HELP,
  ["?", "back"],
  ["", ""],
  ["bold", "a source that is new; dim: one that sends nothing now"],
  ["a row", "moves only when its share changes by a tenth"],
  ["untracked", "packets whose source has no table entry: see --max-sources"],
] as const;

/** Draws the explanation of the keys in place of the table. */
export function drawHelp(frame: Frame, from: number, to: number): void {
  for (const [at, [key, text]] of HELP.slice(0, to - from).entries()) {
    frame.put(from + at, 1, key, BOLD);
    frame.put(from + at, 12, text);
  }
}
