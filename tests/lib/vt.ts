/** A terminal emulator that knows just the sequences of src/view/diff.ts. */
export class Vt {
  readonly cells: string[];
  readonly #width: number;
  #at = 0;
  #style = "";

  constructor(width: number, height: number) {
    this.#width = width;
    this.cells = Array(width * height).fill(" ");
  }

  /** Processes output as a terminal does. @throws an unknown sequence */
  feed(text: string): void {
    // deno-lint-ignore no-control-regex
    const tokens = text.matchAll(/\x1b\[([\d;]*)([A-Za-z])|([^])/gu);
    for (const [token, parameters = "", final, character] of tokens) {
      if (character !== undefined) {
        if (character < " ") {
          throw new Error(`control ${JSON.stringify(token)}`);
        }
        this.cells[this.#at++] = this.#style + character;
      } else this.#act(parameters, final!);
    }
  }

  #act(parameters: string, final: string): void {
    const [one = 1, two = 1] = parameters.split(";").map((text) =>
      Number(text) || 1
    );
    const line = Math.floor(this.#at / this.#width) * this.#width;
    switch (final) {
      case "H":
        this.#at = (one - 1) * this.#width + two - 1;
        return;
      case "C":
        this.#at += one;
        return;
      case "J":
        this.cells.fill(" ");
        return;
      case "K":
        this.cells.fill(" ", this.#at, line + this.#width);
        return;
      case "m":
        this.#style = parameters.replace(/^;/, "");
        return;
    }
    throw new Error(`sequence ${parameters}${final}`);
  }
}
