/** Draws the last line of the screen: prompt, message or keys. */
import { visible } from "../basics/visible.ts";
import { BOLD, colour, DIM, type Frame, REVERSE, type Style } from "./cells.ts";
import { bindingsOf } from "./keys.ts";
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
  for (const { footer } of bindingsOf(shown.body)) {
    const named = footer?.(shown);
    if (named === undefined) continue;
    const [key, text] = named;
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
