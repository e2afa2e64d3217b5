/** The screen of `top`: a sink that draws. */
import { text } from "../../formats/text.ts";
import type { RunRecord } from "../../tally/records.ts";
import type { Frame } from "../../view/cells.ts";
import { difference } from "../../view/diff.ts";
import type { ColourDepth } from "../../view/palette.ts";
import type { View } from "../../view/view.ts";
import type { Sink } from "../../sinks/sink.ts";
import type { Terminal } from "./terminal.ts";

/** How long a terminal that takes nothing may hold up the end, in ms. */
const GRACE = 1000;

/**
 * Draws what differs from what the terminal shows. A slow terminal gets fewer
 * pictures, and holds nothing up.
 */
export class Screen implements Sink {
  readonly #view: View;
  readonly #terminal: Terminal;
  readonly #depth: ColourDepth;
  /** What the terminal shows; undefined: that is not known. */
  #shown: Frame | undefined;
  /** What is being written; undefined: nothing. */
  #writing: Promise<void> | undefined;
  #isStale = false;
  #isHeld = false;
  /** What is left to read when the screen is gone. */
  #summary = "";
  /** Called when the terminal takes nothing any more. */
  #onGone: () => void = () => {};

  constructor(view: View, terminal: Terminal, depth: ColourDepth) {
    this.#view = view;
    this.#terminal = terminal;
    this.#depth = depth;
  }

  /** Takes the terminal. @param onGone called when the terminal takes nothing any more */
  open(onGone: () => void = () => {}): void {
    this.#onGone = onGone;
    this.#terminal.open();
  }

  write(record: RunRecord): void {
    // Each method accepts the record of its own type.
    this.#view[record.type](record as never);
    if (record.type === "end") this.#summary += text.end(record);
  }

  flush(): void {
    this.draw();
  }

  /** The end records as text. */
  get summary(): string {
    return this.#summary;
  }

  /** Draws all of it: the terminal may show anything. */
  redraw(): void {
    this.#shown = undefined;
    this.draw();
  }

  /** Draws what has changed, or once the terminal has taken what came before. */
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
   * Draws nothing any more, until `release`, and waits for what is being
   * written: it must not come after the terminal is restored.
   */
  async hold(): Promise<void> {
    this.#isHeld = true;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, GRACE);
    await Promise.race([this.#writing, promise]);
    clearTimeout(timer);
  }

  /** Gives the terminal back, and stops this process as Ctrl-Z does. */
  async suspend(): Promise<void> {
    await this.hold();
    this.#terminal.suspend();
    Deno.kill(Deno.pid, "SIGSTOP");
  }

  /** Takes the terminal again, and draws. */
  resume(): void {
    this.#terminal.resume();
    this.#isHeld = false;
    this.redraw();
  }
}
