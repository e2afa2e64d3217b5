/** Turns the bytes that a terminal sends into keys. */

/** A printable character, or the name of another key, such as `pageup`. */
export type PressedKey = string;

/** Keys by what follows `ESC [` or `ESC O`, without modifiers. */
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

/** The wheel of a mouse, by the button that SGR mode reports. @see xterm's ctlseqs */
const WHEEL: Record<string, PressedKey> = {
  "64": "wheelup",
  "65": "wheeldown",
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
 * Decodes keys. A sequence may arrive in parts; call `flush` if no more comes, as
 * an escape character alone may be the escape key or the start of a sequence.
 *
 * @example
 * const decoder = new KeyDecoder();
 * decoder.push(new TextEncoder().encode("q\x1b[A")); // ["q", "up"]
 */
export class KeyDecoder {
  #rest = "";
  readonly #decoder = new TextDecoder();

  /** Takes bytes, and returns the keys that are complete. */
  push(bytes: Uint8Array): PressedKey[] {
    this.#rest += this.#decoder.decode(bytes, { stream: true });
    const keys: PressedKey[] = [];
    for (let taken; (taken = this.#take()) !== undefined;) {
      if (taken !== "") keys.push(taken);
    }
    return keys;
  }

  /** Whether an incomplete sequence is kept. */
  get isWaiting(): boolean {
    return this.#rest !== "";
  }

  /** Ends an incomplete sequence; returns the escape key, if it was only that. */
  flush(): PressedKey[] {
    const wasEscape = this.#rest === "\x1b";
    this.#rest = "";
    return wasEscape ? ["escape"] : [];
  }

  /** Takes the next key, "" for one that means nothing; undefined: none is complete. */
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
      // deno-lint-ignore no-control-regex
      const button = /^\x1b\[<(\d+);\d+;\d+M$/.exec(whole)?.[1];
      if (button !== undefined) return WHEEL[button] ?? "";
      const [, first = "", last] = /^..(\d*)[^]*?([^])$/.exec(whole)!;
      return SEQUENCES[last === "~" ? `${first}~` : last!] ?? "";
    }
    // deno-lint-ignore no-control-regex
    if (/^\x1b(?:O|\[[0-9;<=>?]*[ -/]*)?$/.test(rest)) return undefined;
    // Escape and a character that continues no sequence: two keys.
    this.#rest = rest.slice(1);
    return "escape";
  }
}

/** Accepts ASCII alone: each character is one column wide. */
function isPrintable(character: string): boolean {
  return character >= " " && character <= "~";
}
