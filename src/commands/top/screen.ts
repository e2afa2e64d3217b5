import { text } from "../../formats/text.ts";
import type {
  EndRecord,
  StartRecord,
  TickRecord,
} from "../../tally/records.ts";
import type { Frame } from "../../view/cells.ts";
import { difference } from "../../view/diff.ts";
import type { ColourDepth } from "../../view/palette.ts";
import type { View } from "../../view/view.ts";
import type { Sink } from "../../sinks/sink.ts";
import type { Terminal } from "./terminal.ts";

/** How long a terminal that takes nothing may hold up the end, in ms. */
const GRACE = 1000;

/**
 * Records as a picture that is kept up to date. What is drawn is what differs
 * from what the terminal shows; a terminal that is slow gets fewer pictures,
 * and holds up nothing.
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
  readonly #onGone: () => void;
  readonly #onStart: () => void;

  constructor(
    view: View,
    terminal: Terminal,
    depth: ColourDepth,
    on: { readonly start: () => void; readonly gone: () => void },
  ) {
    this.#view = view;
    this.#terminal = terminal;
    this.#depth = depth;
    this.#onStart = on.start;
    this.#onGone = on.gone;
  }

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  start(record: StartRecord): void {
    this.#view.start(record);
    this.#onStart();
  }

  tick(record: TickRecord): void {
    this.#view.tick(record);
  }

  end(record: EndRecord): void {
    this.#view.end(record);
    this.#summary += text.end(record);
  }

  flush(): Promise<void> {
    this.draw();
    return Promise.resolve();
  }

  close(): void {}

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

  /** Draws again. */
  release(): void {
    this.#isHeld = false;
    this.redraw();
  }
}
