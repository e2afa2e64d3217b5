/** The BPF program in the kernel, without an interface. */
import type { Family } from "../../src/basics/address.ts";
import { Generations } from "../../src/bpf/generations.ts";
import { TOTALS } from "../../src/bpf/layout.ts";
import { openLibbpf } from "../../src/bpf/library.ts";
import { loadObject } from "../../src/bpf/load.ts";
import {
  type LoadedObject,
  type LoadOptions,
  PLAIN,
} from "../../src/bpf/object.ts";
import { SourceList } from "../../src/tally/source_list.ts";
import { type TestRun, testRun } from "./test_run.ts";

/** Opened once: libbpf stays open, and a test that opens it would leak it. */
const lib = openLibbpf();

/** What one frame was counted as, by all counters of the program. */
export interface Counted {
  readonly total: readonly [packets: number, bytes: number];
  readonly nonIp: readonly [packets: number, bytes: number];
  readonly malformed: readonly [packets: number, bytes: number];
  readonly untracked: readonly [packets: number, bytes: number];
  readonly filtered: readonly [packets: number, bytes: number];
  readonly sources: readonly {
    readonly family: Family;
    readonly source: string;
    readonly packets: number;
    readonly bytes: number;
  }[];
}

/** The loaded program, fed frame by frame. */
export class Program implements Disposable {
  readonly object: LoadedObject;
  readonly #generations: Generations;

  constructor(options: Partial<LoadOptions> = {}) {
    this.object = loadObject(lib, {
      ...PLAIN,
      maxSources: 64,
      ...options,
    });
    this.#generations = new Generations(this.object);
  }

  /** Runs it on a frame; the answer is XDP_PASS (2), whatever the frame is. */
  run(run: TestRun): number {
    return testRun(this.object.programFd, run);
  }

  /** What was counted since the last time: a window, whose runs have ended. */
  take(): Counted {
    const { active } = this.#generations;
    this.#generations.switch();
    const lists = {
      ipv4: new SourceList("ipv4", this.object.keying),
      ipv6: new SourceList("ipv6", this.object.keying),
    };
    const words = this.#generations.drain(active, lists);
    const pair = (at: number) =>
      [Number(words[at]), Number(words[at + 1])] as const;
    return {
      total: pair(TOTALS.total),
      nonIp: pair(TOTALS.nonIp),
      malformed: pair(TOTALS.malformed),
      untracked: pair(TOTALS.untracked),
      filtered: pair(TOTALS.filtered),
      sources: Object.values(lists).flatMap((list) =>
        Array.from({ length: list.length }, (_, row) => ({
          family: list.family,
          source: list.key(row).toHex(),
          packets: list.packets(row),
          bytes: list.bytes(row),
        }))
      ),
    };
  }

  switch(): void {
    this.#generations.switch();
    this.#generations.waitForAll();
  }

  [Symbol.dispose](): void {
    this.object[Symbol.dispose]();
  }
}
