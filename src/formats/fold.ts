/** Folds lines to the width of a terminal, so that it breaks no word. */

/** A terminal is taken to be at least this wide: a tab and as much again. */
const LEAST_WIDTH = 16;
/** Columns of the tab that a row begins with. */
export const TAB_WIDTH = 8;
/** Before each further line: no row begins so. */
const INDENT = "    ";

/**
 * A line as lines of at most `width` columns, broken at spaces where there are any.
 * Nothing is left out.
 *
 * @param line without a line break; a tab may be its first character
 * @param width columns; fewer than 16 count as 16
 * @example
 * folded("eth0 tick 1: 3 packets = 2 from 1 source", 24);
 * // "eth0 tick 1: 3 packets =\n    2 from 1 source"
 */
export function folded(line: string, width: number): string {
  const room = Math.max(width, LEAST_WIDTH);
  if (TAB_WIDTH + 2 * line.length <= room) return line;
  const lines: string[] = [];
  let rest = line;
  for (let end; (end = breakOf(rest, room)) < rest.length;) {
    lines.push(rest.slice(0, end).trimEnd());
    rest = INDENT + rest.slice(end).trimStart();
  }
  return [...lines, rest].join("\n");
}

/** Where a line is broken; its length: it fits. */
function breakOf(line: string, room: number): number {
  let at = 0;
  let column = 0;
  let lastSpace = 0;
  let hasWord = false;
  for (const character of line) {
    const isSpace = character === " " || character === "\t";
    if (isSpace && hasWord) lastSpace = at;
    hasWord ||= !isSpace;
    column += columnsOf(character);
    if (column > room) return lastSpace > 0 ? lastSpace : at;
    at += character.length;
  }
  return at;
}

/** Columns that a character may take; beyond Latin and its like, some take two. */
function columnsOf(character: string): number {
  if (character === "\t") return TAB_WIDTH;
  return character < "\u1100" ? 1 : 2;
}
