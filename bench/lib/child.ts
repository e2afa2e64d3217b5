/** Runs a contender as a child process, and exchanges lines with it. */
export class Child implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: AsyncGenerator<string>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;

  /** @param listen the stream whose lines are read; output to others is discarded */
  constructor(
    command: readonly string[],
    listen: "stdout" | "stderr" | "both",
  ) {
    const [program, ...args] = listen === "both"
      ? ["sh", "-c", 'exec "$@" 2>&1', "sh", ...command]
      : command;
    const child = this.#child = new Deno.Command(program!, {
      args,
      stdin: "piped",
      stdout: listen === "stderr" ? "null" : "piped",
      stderr: listen === "stderr" ? "piped" : "null",
    }).spawn();
    this.#lines = linesOf(listen === "stderr" ? child.stderr : child.stdout);
    this.#input = child.stdin.getWriter();
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Writes a line to its stdin. */
  async writeLine(line = ""): Promise<void> {
    await this.#input.write(new TextEncoder().encode(`${line}\n`));
  }

  /**
   * Reads lines up to the first one that matches `pattern`.
   *
   * @returns the match
   * @throws the process ended first
   */
  async readUntil(pattern: RegExp): Promise<RegExpExecArray> {
    const others: string[] = [];
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) {
        throw new Error(`ended before ${pattern}: ${others.join("\n")}`);
      }
      const match = pattern.exec(value);
      if (match !== null) return match;
      others.push(value);
    }
  }

  /** Sends SIGINT. @returns the lines until the process ends */
  interrupt(): Promise<string[]> {
    this.#signal("SIGINT");
    return this.readToEnd();
  }

  /** @returns the lines until the process ends by itself */
  async readToEnd(): Promise<string[]> {
    const lines: string[] = [];
    for await (const line of this.#lines) lines.push(line);
    await this.#child.status;
    return lines;
  }

  #signal(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch {
      // The process has ended.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal("SIGKILL");
    await this.#lines.return(undefined);
    await this.#input.abort().catch(() => {});
    await this.#child.status;
  }
}

async function* linesOf(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== "") yield rest;
}
