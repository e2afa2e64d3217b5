/** The terminal while the screen of `top` is on it. */
import { writeAll } from "../../basics/write_all.ts";

/** Alternate screen, cleared, without a cursor; and all of that back. */
const ENTER = "\x1b[?1049h\x1b[?25l\x1b[2J";
const LEAVE = "\x1b[m\x1b[H\x1b[2J\x1b[?1049l\x1b[?25h";

/**
 * The terminal, while a screen of ours is on it. Signals stay the terminal's:
 * Ctrl-C and Ctrl-Z reach the shell's whole job.
 */
export class Terminal implements Disposable {
  readonly #encoder = new TextEncoder();
  readonly #close = () => this.close();
  #isOpen = false;
  #isSuspended = false;

  constructor() {
    // Also where Deno.exit() skips what `using` would do.
    globalThis.addEventListener("unload", this.#close);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Columns and rows; a serial line says 0 of both, and has what all had. */
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

  /** Restores what was there before. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    try {
      this.#writeSync(LEAVE);
      Deno.stdin.setRaw(false);
    } catch {
      // It was hung up: there is nothing to restore.
    }
  }

  /** Restores what was there before, until `resume`. */
  suspend(): void {
    this.#isSuspended = this.#isOpen;
    this.close();
  }

  /** Takes the terminal again: whoever had it may have set it otherwise. */
  resume(): void {
    if (!this.#isOpen && !this.#isSuspended) return;
    this.close();
    this.open();
    this.#isSuspended = false;
  }

  #writeSync(text: string): void {
    writeAll(Deno.stdout, this.#encoder.encode(text));
  }

  /** Writes without holding up the counting, however slow the line is. */
  async write(text: string): Promise<void> {
    let rest = this.#encoder.encode(text);
    while (rest.length > 0 && this.#isOpen) {
      rest = rest.subarray(await Deno.stdout.write(rest));
    }
  }

  [Symbol.dispose](): void {
    globalThis.removeEventListener("unload", this.#close);
    this.close();
  }
}
