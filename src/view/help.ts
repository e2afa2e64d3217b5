/** Draws the explanation of the keys, in the place of the rows. */
import { BOLD, type Frame } from "./cells.ts";
import { KEYS } from "./keys.ts";
import { drawSections, type Section } from "./sections.ts";
import type { Shown } from "./shown.ts";

/** Each key, and what it does. */
export const KEY_HELP: readonly (readonly [keys: string, text: string])[] = [
  ...KEYS.map(({ help }) => help),
  ["Ctrl-Z", "suspend; fg goes on"], // the kernel handles it
];

const HELP = [
  ...KEY_HELP,
  ["", ""],
  ["bold", "a source that is new; dim: one that sends nothing now"],
  ["a row", "moves only when its share changes by a tenth"],
  ["untracked", "packets whose source has no table entry: see --max-sources"],
] as const;

/** Draws as much of it as fits into the lines from `from` up to `to`. */
export function drawHelp(
  frame: Frame,
  from: number,
  to: number,
  { help }: Shown,
): void {
  const width = Math.max(...HELP.map(([keys]) => keys.length)) + 3;
  const sections = HELP.map(([keys, text]): Section => ({
    height: 1,
    draw(frame, at) {
      frame.put(at, 1, keys, BOLD);
      frame.put(at, width, text);
    },
  }));
  help.scroll = drawSections(frame, from, to, sections, help.scroll);
}
