/** A contender that goes on running, and is talked to by lines. */
export class Child implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: AsyncGenerator<string>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;

  /** @param listen the stream that its lines are read from; the other is lost */
  constructor(command: readonly string[], listen: "stdout" | "stderr") {
    const [program, ...args] = command;
    const child = this.#child = new Deno.Command(program!, {
      args,
      stdin: "piped",
      stdout: listen === "stdout" ? "piped" : "null",
      stderr: listen === "stderr" ? "piped" : "null",
    }).spawn();
    this.#lines = linesOf(child[listen]);
    this.#input = child.stdin.getWriter();
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Gives it a line. */
  async say(line = ""): Promise<void> {
    await this.#input.write(new TextEncoder().encode(`${line}\n`));
  }

  /**
   * The next line that looks like `pattern`.
   *
   * @throws it ended before
   */
  async hear(pattern: RegExp): Promise<RegExpExecArray> {
    const said: string[] = [];
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error(`ended before ${pattern}: ${said.join("\n")}`);
      const match = pattern.exec(value);
      if (match !== null) return match;
      said.push(value);
    }
  }

  /** Asks it to end, and returns the lines that it had still to say. */
  end(): Promise<string[]> {
    this.#signal("SIGINT");
    return this.rest();
  }

  /** The lines that it says until it ends. */
  async rest(): Promise<string[]> {
    const rest: string[] = [];
    for await (const line of this.#lines) rest.push(line);
    await this.#child.status;
    return rest;
  }

  #signal(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch {
      // It has ended.
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
