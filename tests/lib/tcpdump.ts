/** tcpdump as a witness: the frames that an interface delivers after XDP. */
import type { Bytes } from "./frames.ts";
import { pcapLengths, readPcap } from "./pcap.ts";
import type { Namespace } from "./stage.ts";
import { readUntil } from "./xdptally.ts";

/** A tcpdump that writes the frames of an interface to a file. */
export class Tcpdump {
  readonly #child: Deno.ChildProcess;
  readonly #stderr: ReadableStreamDefaultReader<string>;
  readonly #file: string;

  private constructor(namespace: Namespace, args: string[], file: string) {
    this.#file = file;
    this.#child = new Deno.Command("ip", {
      args: [
        ...["netns", "exec", namespace.name, "timeout", "60"],
        // No delay, and room for 4000 frames: each takes the space of the longest.
        ...["tcpdump", "-B", "65536", "-s", "16384", "--immediate-mode"],
        ...["-Z", "root", "-w", file, ...args],
      ],
      stdin: "null",
      stderr: "piped",
    }).spawn();
    this.#stderr = this.#child.stderr.pipeThrough(new TextDecoderStream())
      .getReader();
  }

  /** Starts it; it listens when this returns. */
  static async start(
    namespace: Namespace,
    file: string,
    ...args: string[]
  ): Promise<Tcpdump> {
    const tcpdump = new Tcpdump(namespace, args, file);
    await readUntil(tcpdump.#stderr, "listening on");
    return tcpdump;
  }

  /** Waits until `count` frames are in the file (with `-U`). */
  async until(count: number): Promise<void> {
    for (const end = performance.now() + 20_000; performance.now() < end;) {
      if (readPcap(this.#file).length >= count) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`fewer than ${count} frames are in ${this.#file}`);
  }

  /** The captured frames, once tcpdump has ended (`-c`) or was ended by the signal. */
  async frames(signal?: Deno.Signal): Promise<Bytes[]> {
    await this.#end(signal);
    return readPcap(this.#file);
  }

  /** How long they were, also where they are cut off (`-s`). */
  async lengths(signal?: Deno.Signal): Promise<number[]> {
    await this.#end(signal);
    return pcapLengths(this.#file);
  }

  async #end(signal: Deno.Signal | undefined): Promise<void> {
    if (signal !== undefined) this.#child.kill(signal);
    for (; !(await this.#stderr.read()).done;);
    await this.#child.status;
  }
}
