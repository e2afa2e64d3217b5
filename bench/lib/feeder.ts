import { check } from "../../src/ffi/errno.ts";
import { u32 } from "../../src/ffi/memory.ts";
import { testRun } from "../../tests/lib/test_run.ts";
import type { Kind } from "./frames.ts";
import { BenchObject, lib } from "./objects.ts";
import { threadTime } from "./clock.ts";

/** The first source, 10.0.0.0. */
const BASE = 0x0a000000;

/**
 * Gives a program frames from many sources in one system call: the program of
 * bench/floors/spread.bpf.c sets the source and hands the frame on.
 */
export class Feeder implements Disposable {
  readonly #object: BenchObject;
  readonly #spread: number;
  readonly #kind: Kind;

  /** @param program its descriptor */
  constructor(program: number, kind: Kind, hasFragments: boolean) {
    this.#object = new BenchObject("spread", ["spread"], { hasFragments });
    this.#spread = this.#object.program("spread");
    this.#kind = kind;
    this.#update("under_test", u32(program));
  }

  /** Which sources the next frames have. */
  plan(sources: number, order: "sequence" | "shuffle"): void {
    this.#update(
      "spread.bss",
      Uint32Array.of(
        this.#kind.sourceAt,
        BASE,
        sources,
        Number(order === "shuffle"),
        0,
      ),
    );
  }

  /** Runs the program on so many frames. @returns CPU time of a frame in ns */
  feed(frames: number): number {
    return feed(this.#spread, this.#kind, frames);
  }

  /** One frame from each of so many sources. */
  feedEach(sources: number): void {
    this.plan(sources, "sequence");
    this.feed(sources);
  }

  #update(map: string, value: Uint32Array<ArrayBuffer>): void {
    check(
      "bpf_map_update_elem",
      lib.symbols.bpf_map_update_elem(
        this.#object.map(map),
        u32(0),
        new Uint8Array(value.buffer),
        0n,
      ),
    );
  }

  [Symbol.dispose](): void {
    this.#object[Symbol.dispose]();
  }
}

/**
 * Runs a program on so many frames, all alike.
 *
 * @returns CPU time of a frame in ns
 */
export function feed(program: number, kind: Kind, frames: number): number {
  const XDP_PASS = 2;
  const start = threadTime();
  const answer = testRun(program, { frame: kind.frame, repeat: frames });
  const time = threadTime() - start;
  if (answer !== XDP_PASS) throw new Error(`a program returned ${answer}`);
  return time / frames;
}
