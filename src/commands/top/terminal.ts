/** Sets up the terminal for the screen of `top`, and restores it. */
import { writeAll } from "../../basics/write_all.ts";

/**
 * Switch to a cleared alternate screen without cursor, where the mouse is reported
 * (1000) in a form without bounds (1006), and back.
 *
 * @see console_codes(4), and xterm's ctlseqs
 */
const ENTER = "\x1b[?1049h\x1b[?25l\x1b[2J\x1b[?1000h\x1b[?1006h";
const LEAVE = "\x1b[?1006l\x1b[?1000l\x1b[m\x1b[H\x1b[2J\x1b[?1049l\x1b[?25h";

/**
 * Ends of the process that do not dispose of what `using` holds: Deno.exit, and
 * errors that nobody catches.
 */
const ENDS = ["unload", "error", "unhandledrejection"];

/**
 * The terminal in cbreak mode: Ctrl-C and Ctrl-Z still send signals to the whole
 * job of the shell.
 */
export class Terminal implements Disposable {
  readonly #encoder = new TextEncoder();
  readonly #close = () => this.close();
  #isOpen = false;
  #isSuspended = false;

  constructor() {
    for (const end of ENDS) globalThis.addEventListener(end, this.#close);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Columns and rows. A serial line reports 0, which stands for 80 by 24. */
  get size(): { columns: number; rows: number } {
    const { columns, rows } = Deno.consoleSize();
    return { columns: columns || 80, rows: rows || 24 };
  }

  open(): void {
    if (this.#isOpen) return;
    Deno.stdin.setRaw(true, { cbreak: true });
    this.#isOpen = true;
    this.#writeSync(ENTER);
  }

  /** Restores the screen and the mode from before. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    try {
      this.#writeSync(LEAVE);
      Deno.stdin.setRaw(false);
    } catch {
      // The terminal is gone.
    }
  }

  /** Closes until `resume`. */
  suspend(): void {
    this.#isSuspended = this.#isOpen;
    this.close();
  }

  /** Opens again, from scratch: other programs may have changed the terminal. */
  resume(): void {
    if (!this.#isOpen && !this.#isSuspended) return;
    this.close();
    this.open();
    this.#isSuspended = false;
  }

  #writeSync(text: string): void {
    writeAll(Deno.stdout, this.#encoder.encode(text));
  }

  /** Writes asynchronously, so that a slow line does not delay the counting. */
  async write(text: string): Promise<void> {
    let rest = this.#encoder.encode(text);
    while (rest.length > 0 && this.#isOpen) {
      rest = rest.subarray(await Deno.stdout.write(rest));
    }
  }

  [Symbol.dispose](): void {
    for (const end of ENDS) globalThis.removeEventListener(end, this.#close);
    this.close();
  }
}
