/** Runs the built executable, and reads its records. */
import { assert, assertEquals } from "@std/assert";

export const BINARY = new URL("../../dist/xdptally", import.meta.url).pathname
  .replaceAll("%20", " ");

export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** A network namespace's name. */
  readonly in?: string;
  /** A command in front of the executable (unshare, setpriv …). */
  readonly through?: readonly string[];
  readonly binary?: string;
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  readonly clearEnv?: boolean;
}

function command(args: readonly string[], options: RunOptions): string[] {
  return [
    ...(options.in === undefined ? [] : ["ip", "netns", "exec", options.in]),
    // A run would ignore the signals that the tests inherit as ignored, as from nohup.
    ...["env", "--default-signal"],
    ...(options.through ?? []),
    options.binary ?? BINARY,
    ...args,
  ];
}

function settings(options: RunOptions) {
  return {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
    clearEnv: options.clearEnv ?? false,
  };
}

/** Runs the executable to its end. */
export async function run(
  args: readonly string[],
  options: RunOptions = {},
): Promise<Output> {
  const [program, ...rest] = command(args, options);
  const { code, stdout, stderr } = await new Deno.Command(program!, {
    args: rest,
    ...settings(options),
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

// deno-lint-ignore no-explicit-any
export type JsonRecord = any;

/** A run in the background; its JSON Lines on stdout are read all the time. */
export class Capture implements AsyncDisposable {
  readonly records: JsonRecord[] = [];
  readonly #child: Deno.ChildProcess;
  /** Everything on stderr so far. */
  stderr = "";
  readonly #reading: Promise<void>;
  #hasEnded = false;
  #wake: () => void = () => {};

  /** @param first what comes before `args`; JSON Lines on stdout, unless said otherwise */
  constructor(
    args: readonly string[],
    options: RunOptions = {},
    first: readonly string[] = ["--json"],
  ) {
    const [program, ...rest] = command([...first, ...args], options);
    this.#child = new Deno.Command(program!, {
      args: rest,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      ...settings(options),
    }).spawn();
    this.#reading = Promise.all([this.#readRecords(), this.#readStderr()])
      .then(() => {
        this.#hasEnded = true;
        this.#wake();
      });
  }

  async #readRecords(): Promise<void> {
    for await (const line of linesOf(this.#child.stdout)) {
      this.records.push(JSON.parse(line));
      this.#wake();
    }
  }

  async #readStderr(): Promise<void> {
    const text = this.#child.stderr.pipeThrough(new TextDecoderStream());
    for await (const part of text) {
      this.stderr += part;
      this.#wake();
    }
  }

  get pid(): number {
    return this.#child.pid;
  }

  get ticks(): JsonRecord[] {
    return this.records.filter(({ type }) => type === "tick");
  }

  /**
   * Waits until `what` holds; it is asked again after each record and message.
   *
   * @throws the run ended before, or it did not come within a minute
   */
  async until(what: (records: JsonRecord[]) => boolean): Promise<void> {
    let isOver = false;
    const timer = setTimeout(() => {
      isOver = true;
      this.#wake();
    }, 60_000);
    try {
      while (!what(this.records)) {
        if (this.#hasEnded) throw new Error(`ended before: ${this.stderr}`);
        if (isOver) {
          const last = JSON.stringify(this.records.at(-1));
          throw new Error(`did not come: ${last?.slice(0, 500)}`);
        }
        await new Promise<void>((resolve) => this.#wake = resolve);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits for the start record of each of `count` interfaces: from then on every frame is counted. */
  async attached(count = 1): Promise<JsonRecord> {
    const starts = (records: JsonRecord[]) =>
      records.filter(({ type }) => type === "start");
    await this.until((records) => starts(records).length === count);
    return this.records[0];
  }

  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Ends the run with a signal, or waits for its end, and returns its last record. */
  async end(
    signal?: Deno.Signal,
  ): Promise<{ record: JsonRecord; code: number; stderr: string }> {
    if (signal !== undefined) this.kill(signal);
    await this.#reading;
    const { code } = await this.#child.status;
    return { record: this.records.at(-1), code, stderr: this.stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A killed strace would leave the program running, and its stdout open.
    new Deno.Command("pkill", { args: ["-KILL", "-P", String(this.pid)] })
      .outputSync();
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.end();
  }
}

async function* linesOf(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<string> {
  // A line of megabytes arrives in many parts, which are joined once.
  let parts: string[] = [];
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const [first, ...more] = text.split("\n");
    parts.push(first!);
    for (const next of more) {
      yield parts.join("");
      parts = [next];
    }
  }
  const rest = parts.join("");
  if (rest !== "") yield rest;
}

/** Asserts that a tick or end record balances: its parts add up to its total. */
export function assertBalanced(record: JsonRecord): void {
  for (const counter of ["packets", "bytes"]) {
    const parts = [
      ...record.sources,
      record.others,
      record.untracked,
      record.nonIp,
      record.malformed,
      record.filtered,
      record.undecoded,
    ];
    const sum = parts.reduce(
      (sum: bigint, part) => sum + BigInt(part[counter]),
      0n,
    );
    assertEquals(
      sum,
      BigInt(record.total[counter]),
      `${record.type} ${record.seq}: ${counter}`,
    );
  }
}

/** The sum of a counter over records. */
export function sum(
  records: JsonRecord[],
  of: (record: JsonRecord) => number,
): number {
  return records.reduce((sum, record) => sum + of(record), 0);
}

/** Reads a stream until `what` appears. @throws the stream ended before */
export async function readUntil(
  reader: ReadableStreamDefaultReader<string>,
  what: string,
): Promise<string> {
  let said = "";
  while (!said.includes(what)) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`ended before "${what}": ${said}`);
    said += value;
  }
  return said;
}

/** Starts a run whose records go to a file; it has attached when this returns. */
export async function startCapture(
  args: string[],
  stage: { readonly name: string },
  options: RunOptions = {},
): Promise<Capture> {
  const capture = new Capture(args, { in: stage.name, ...options }, []);
  await capture.until(() => capture.stderr.includes("detach"));
  return capture;
}

/** Waits until `is` holds, asking again and again. @throws it did not within a minute */
export async function become(is: () => boolean): Promise<void> {
  for (const end = performance.now() + 60_000; !is();) {
    assert(performance.now() < end, "it did not become so within a minute");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Whether there is a regular file at `path`. */
export function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
