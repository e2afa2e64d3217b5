/** The sink of `top`: draws records on the terminal. */
import { textForPeople } from "../../formats/text.ts";
import type { RunRecord } from "../../tally/records.ts";
import type { Frame } from "../../view/cells.ts";
import { difference } from "../../view/diff.ts";
import type { ColourDepth } from "../../view/palette.ts";
import type { View } from "../../view/view.ts";
import type { Sink } from "../../sinks/sink.ts";
import type { Terminal } from "./terminal.ts";

/** How long a terminal that does not read may delay the end, in ms. */
const GRACE = 1000;

/**
 * Draws only what has changed. A slow terminal gets fewer frames, and does not
 * delay the counting.
 */
export class Screen implements Sink {
  readonly #view: View;
  readonly #terminal: Terminal;
  readonly #depth: ColourDepth;
  /** The frame that the terminal shows; undefined: unknown. */
  #shown: Frame | undefined;
  /** The write in progress. */
  #writing: Promise<void> | undefined;
  #isStale = false;
  #isHeld = false;
  #summary = "";
  readonly #summaryFormat = textForPeople(() => this.#terminal.size.columns);
  readonly #onGone: () => void;

  /** @param onGone called when the terminal can no longer be written to */
  constructor(
    view: View,
    terminal: Terminal,
    depth: ColourDepth,
    onGone: () => void,
  ) {
    this.#view = view;
    this.#terminal = terminal;
    this.#depth = depth;
    this.#onGone = onGone;
  }

  write(record: RunRecord): void {
    // Each method accepts the record of its own type.
    this.#view[record.type](record as never);
    if (record.type === "end") this.#summary += this.#summaryFormat.end(record);
  }

  flush(): void {
    this.draw();
  }

  /** The end records as text, to print once the screen is closed. */
  get summary(): string {
    return this.#summary;
  }

  /** Draws everything, whatever the terminal shows. */
  redraw(): void {
    this.#shown = undefined;
    this.draw();
  }

  /** Draws what has changed, once the write in progress is done. */
  draw(): void {
    this.#isStale = true;
    this.#writing ??= this.#write().catch(this.#onGone)
      .finally(() => this.#writing = undefined);
  }

  async #write(): Promise<void> {
    while (this.#isStale && !this.#isHeld && this.#terminal.isOpen) {
      this.#isStale = false;
      const { columns, rows } = this.#terminal.size;
      const frame = this.#view.frame(columns, rows);
      const text = difference(this.#shown, frame, this.#depth);
      this.#shown = frame;
      await this.#terminal.write(text);
    }
  }

  /**
   * Stops drawing until `resume`, and waits for the write in progress, which must
   * not reach the terminal after it is restored.
   */
  async hold(): Promise<void> {
    this.#isHeld = true;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, GRACE);
    await Promise.race([this.#writing, promise]);
    clearTimeout(timer);
  }

  /** Restores the terminal and stops this process, as Ctrl-Z does. */
  async suspend(): Promise<void> {
    await this.hold();
    this.#terminal.suspend();
    Deno.kill(Deno.pid, "SIGSTOP");
  }

  /** Opens the terminal again, and draws. */
  resume(): void {
    this.#terminal.resume();
    this.#isHeld = false;
    this.redraw();
  }
}
