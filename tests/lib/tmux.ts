/** A terminal for tests of `top`: tmux types keys and reads the screen. */
import { sh } from "./stage.ts";

export interface TmuxOptions {
  readonly width: number;
  readonly height: number;
  /** Variables besides PATH; TERM is tmux's, unless given. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A shell in a terminal, in a tmux server of its own. */
export class Tmux implements Disposable {
  readonly #folder = Deno.makeTempDirSync();

  constructor({ width, height, env = {} }: TmuxOptions) {
    const shell = ["env", "-i", "PS1=$ ", ...this.#variables(env), "bash"];
    const size = ["-x", String(width), "-y", String(height)];
    const quiet = ["--norc", "--noprofile"];
    this.#tmux("new-session", "-d", ...size, ...shell, ...quiet);
  }

  #variables(env: Readonly<Record<string, string>>): string[] {
    const all = {
      PATH: Deno.env.get("PATH")!,
      HISTFILE: "/dev/null", // the history is its owner's
      LANG: "C.UTF-8",
      TERM: "tmux-256color",
      ...env,
    };
    return Object.entries(all).map(([name, value]) => `${name}=${value}`);
  }

  #tmux(...args: string[]): string {
    return sh(
      "tmux",
      "-S",
      `${this.#folder}/socket`,
      "-f",
      "/dev/null",
      ...args,
    );
  }

  /** Types a text as it is. */
  type(text: string): void {
    this.#tmux("send-keys", "-l", text);
  }

  /** Presses keys by their names: Enter, C-c, PageDown, q … */
  press(...keys: string[]): void {
    this.#tmux("send-keys", ...keys);
  }

  /** Types a command line and enters it. */
  enter(line: string): void {
    this.type(line);
    this.press("Enter");
  }

  resize(width: number, height: number): void {
    this.#tmux("resize-window", "-x", String(width), "-y", String(height));
  }

  /** The lines of the screen. */
  screen(): string[] {
    return this.#tmux("capture-pane", "-p").split("\n").slice(0, -1);
  }

  /** All lines that the terminal keeps, also those above the screen, without blanks at their ends. */
  lines(): string[] {
    return this.#history();
  }

  /** Those lines, where a line that the terminal itself has broken is one. */
  unwrapped(): string[] {
    return this.#history("-J");
  }

  #history(...how: string[]): string[] {
    const text = this.#tmux("capture-pane", "-p", "-S", "-", ...how);
    return text.split("\n").map((line) => line.trimEnd());
  }

  /** The screen with its style sequences (SGR). */
  styledScreen(): string {
    return this.#tmux("capture-pane", "-p", "-e").trimEnd();
  }

  /** The parameters of the styles on the screen, as `1;31` or `38;5;71`. */
  styles(): string[] {
    const text = this.styledScreen();
    // deno-lint-ignore no-control-regex
    return Array.from(text.matchAll(/\x1b\[([\d;]*)m/g), ([, style]) => style!);
  }

  /** Whether the alternate screen is on, the cursor visible, and the mouse reported. */
  get modes(): { isAlternate: boolean; hasCursor: boolean; hasMouse: boolean } {
    const flags = this.#tmux(
      "display",
      "-p",
      "#{alternate_on}#{cursor_flag}#{mouse_any_flag}#{mouse_sgr_flag}",
    );
    return {
      isAlternate: flags[0] === "1",
      hasCursor: flags[1] === "1",
      hasMouse: flags[2] === "1" || flags[3] === "1",
    };
  }

  /** Appends all that is written to the terminal to a file from now on. */
  record(file: string): void {
    this.#tmux("pipe-pane", `cat >> '${file}'`);
  }

  /** Waits until the screen shows `what`. @throws it did not within a minute */
  async until(
    what: RegExp | ((screen: string[]) => boolean),
  ): Promise<string[]> {
    const is = what instanceof RegExp
      ? (screen: string[]) => what.test(screen.join("\n"))
      : what;
    const end = performance.now() + 60_000;
    for (;;) {
      const screen = this.screen();
      if (is(screen)) return screen;
      if (performance.now() > end) {
        throw new Error(`no ${what} on the screen:\n${screen.join("\n")}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  [Symbol.dispose](): void {
    this.#tmux("kill-server");
    Deno.removeSync(this.#folder, { recursive: true });
  }
}
