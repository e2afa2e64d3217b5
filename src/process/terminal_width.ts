/** Asks how wide the terminal is, so that lines can be made to fit. */
import { libc } from "../ffi/libc.ts";

/**
 * Columns of the terminal that a descriptor is, at this moment: a window may be
 * resized. A serial line reports 0, which stands for 80.
 *
 * @returns undefined: it is no terminal
 * @see TIOCGWINSZ in ioctl_tty(2)
 */
export function terminalWidth(descriptor: number): number | undefined {
  const TIOCGWINSZ = 0x5413n;
  // struct winsize { u16 ws_row, ws_col, ws_xpixel, ws_ypixel; }
  const size = new Uint16Array(4);
  const bytes = new Uint8Array(size.buffer);
  if (libc.ioctl(descriptor, TIOCGWINSZ, bytes) < 0) return undefined;
  return size[1] || 80;
}
