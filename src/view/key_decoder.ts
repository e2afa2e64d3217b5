/** A character that was typed, or the name of another key. */
export type PressedKey = string;

/** The names of keys by what follows `ESC [` or `ESC O`, modifiers taken away. */
const SEQUENCES: Record<string, PressedKey> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  H: "home",
  F: "end",
  Z: "backtab",
  "1~": "home",
  "4~": "end",
  "7~": "home",
  "8~": "end",
  "5~": "pageup",
  "6~": "pagedown",
};

const CONTROLS: Record<string, PressedKey> = {
  "\r": "enter",
  "\n": "enter",
  "\t": "tab",
  "\b": "backspace",
  "\x7f": "backspace",
  "\x0c": "redraw",
  "\x15": "clear",
};

/**
 * Turns what a terminal sends into keys. A sequence may come in parts; whether
 * an escape that comes alone begins one, only time can tell: see `flush`.
 */
export class KeyDecoder {
  #rest = "";
  readonly #decoder = new TextDecoder();

  push(bytes: Uint8Array): PressedKey[] {
    this.#rest += this.#decoder.decode(bytes, { stream: true });
    const keys: PressedKey[] = [];
    for (let taken; (taken = this.#take()) !== undefined;) {
      if (taken !== "") keys.push(taken);
    }
    return keys;
  }

  /** The start of a sequence waits for the rest of it. */
  get isWaiting(): boolean {
    return this.#rest !== "";
  }

  /** What waits, once nothing came for a while: the escape key, if it was that. */
  flush(): PressedKey[] {
    const wasEscape = this.#rest === "\x1b";
    this.#rest = "";
    return wasEscape ? ["escape"] : [];
  }

  /** The next key, "" for what is none; undefined: there is no whole one. */
  #take(): PressedKey | undefined {
    const rest = this.#rest;
    if (rest === "") return undefined;
    if (rest[0] !== "\x1b") {
      const [character] = rest;
      this.#rest = rest.slice(character!.length);
      return CONTROLS[character!] ??
        (isPrintable(character!) ? character! : "");
    }
    // deno-lint-ignore no-control-regex
    const whole = /^\x1b(?:O[^]|\[[0-9;<=>?]*[ -/]*[@-~])/.exec(rest)?.[0];
    if (whole !== undefined) {
      this.#rest = rest.slice(whole.length);
      const [, first = "", last] = /^..(\d*)[^]*?([^])$/.exec(whole)!;
      return SEQUENCES[last === "~" ? `${first}~` : last!] ?? "";
    }
    // deno-lint-ignore no-control-regex
    if (/^\x1b(?:O|\[[0-9;<=>?]*[ -/]*)?$/.test(rest)) return undefined;
    // An escape that begins no sequence: its own key, and another after it.
    this.#rest = rest.slice(1);
    return "escape";
  }
}

/** All that can be typed into the screen is one column wide. */
function isPrintable(character: string): boolean {
  return character >= " " && character <= "~";
}
