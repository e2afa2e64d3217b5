/** Draws the explanation of the keys, in the place of the rows. */
import { BOLD, type Frame } from "./cells.ts";
import { KEYS } from "./keys.ts";

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

/** Draws it into the lines from `from` up to `to`. */
export function drawHelp(frame: Frame, from: number, to: number): void {
  const width = Math.max(...HELP.map(([keys]) => keys.length)) + 3;
  for (const [at, [keys, text]] of HELP.slice(0, to - from).entries()) {
    frame.put(from + at, 1, keys, BOLD);
    frame.put(from + at, width, text);
  }
}
