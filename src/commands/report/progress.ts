/** Shows on a terminal how much of the captures is read. */

/** A bar on stderr, if that is a terminal: bytes read of all bytes. */
export class Progress implements Disposable {
  readonly #isShown = Deno.stderr.isTerminal();
  readonly #total: number;
  #read = 0;
  #shownAt = 0;
  #hasText = false;

  /** @param files paths, or `-` for stdin, whose size is unknown */
  constructor(files: readonly string[]) {
    this.#total = files.reduce((sum, file) => sum + sizeOf(file), 0);
  }

  add(bytes: number): void {
    this.#read += bytes;
    const now = performance.now();
    if (!this.#isShown || now - this.#shownAt < 100) return;
    this.#shownAt = now;
    this.#write(`\r${this.#line()}`);
    this.#hasText = true;
  }

  #line(): string {
    const WIDTH = 30;
    const read = `${(this.#read / 1e6).toFixed(0)} MB`;
    if (this.#total === 0) return `Reading ${read}`;
    const share = Math.min(1, this.#read / this.#total);
    const bar = "#".repeat(Math.round(share * WIDTH)).padEnd(WIDTH, ".");
    return `Reading [${bar}] ${read} of ${(this.#total / 1e6).toFixed(0)} MB`;
  }

  /** Removes the bar. */
  clear(): void {
    if (this.#hasText) this.#write("\r\x1b[K");
    this.#hasText = false;
  }

  #write(text: string): void {
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  }

  [Symbol.dispose](): void {
    this.clear();
  }
}

/** Bytes of a file; 0 if unknown, like stdin's. */
function sizeOf(file: string): number {
  try {
    return Deno.statSync(file).size;
  } catch {
    return 0;
  }
}
