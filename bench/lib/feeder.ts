/** Feeds frames to BPF programs and measures their CPU time. */
import { checked } from "../../src/ffi/errno.ts";
import { u32 } from "../../src/ffi/memory.ts";
import { testRun } from "../../tests/lib/test_run.ts";
import type { BenchStage } from "./bench_stage.ts";
import { type FrameKind, IPV4 } from "./frames.ts";
import { BenchObject, lib, programById } from "./objects.ts";
import { threadTime } from "./clock.ts";

/** The first source, 10.0.0.0. */
const BASE = 0x0a000000;

/**
 * Feeds a program with frames from many sources, in one system call: the program
 * of bench/floors/spread.bpf.c sets each frame's source and tail-calls the
 * program under test.
 */
export class Feeder implements Disposable {
  readonly #object: BenchObject;
  readonly #spread: number;
  readonly #kind: FrameKind;

  /**
   * @param program descriptor of the program under test
   * @param hasFragments whether it was loaded with BPF_F_XDP_HAS_FRAGS
   */
  constructor(program: number, kind: FrameKind, hasFragments: boolean) {
    this.#object = new BenchObject("spread", ["spread"], { hasFragments });
    this.#spread = this.#object.program("spread");
    this.#kind = kind;
    this.#update("under_test", u32(program));
  }

  /** Feeds the XDP program that is attached to an interface with IPv4 frames. */
  static forInterface(
    stage: BenchStage,
    interfaceName: string,
    hasFragments: boolean,
  ): Feeder {
    const program = programById(stage.programs(interfaceName)[0]!);
    return new Feeder(program, IPV4, hasFragments);
  }

  /** Sets the number and the order of the sources of the next frames. */
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

  /** Feeds this many frames. @returns CPU time per frame in ns */
  feed(frames: number): number {
    return feed(this.#spread, this.#kind, frames);
  }

  /** Feeds one frame from each of this many sources. */
  feedEach(sources: number): void {
    this.plan(sources, "sequence");
    this.feed(sources);
  }

  #update(map: string, value: Uint32Array<ArrayBuffer>): void {
    checked(
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
 * Runs a program on this many identical frames.
 *
 * @returns CPU time per frame in ns
 */
export function feed(program: number, kind: FrameKind, frames: number): number {
  const XDP_PASS = 2;
  const start = threadTime();
  const answer = testRun(program, { frame: kind.frame, repeat: frames });
  const time = threadTime() - start;
  if (answer !== XDP_PASS) throw new Error(`a program returned ${answer}`);
  return time / frames;
}
