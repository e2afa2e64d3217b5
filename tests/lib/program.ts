/** The BPF program, loaded but not attached, fed by test runs. */
import type { Family } from "../../src/basics/address.ts";
import { Generations } from "../../src/bpf/generations.ts";
import { TOTALS } from "../../src/bpf/layout.ts";
import { openLibbpf } from "../../src/bpf/library.ts";
import { loadObject } from "../../src/bpf/load.ts";
import {
  LOAD_DEFAULTS,
  type LoadedObject,
  type LoadOptions,
} from "../../src/bpf/object.ts";
import { SourceList } from "../../src/tally/source_list.ts";
import { type TestRun, testRun } from "./test_run.ts";

/** Opened once: libbpf is never closed, so a test that opened it would leak it. */
const lib = openLibbpf();

/** All counters of the program after a window. */
export interface Counted {
  readonly total: readonly [packets: number, bytes: number];
  readonly nonIp: readonly [packets: number, bytes: number];
  readonly malformed: readonly [packets: number, bytes: number];
  readonly untracked: readonly [packets: number, bytes: number];
  readonly filtered: readonly [packets: number, bytes: number];
  readonly undecoded: readonly [packets: number, bytes: number];
  /** Packets of malformed frames. */
  readonly causes: Readonly<Record<"cut" | "version" | "length", number>>;
  /** Packets of non-IP frames by EtherType. */
  readonly types: ReadonlyMap<number, bigint>;
  readonly sources: readonly {
    readonly family: Family;
    readonly key: string;
    readonly packets: number;
    readonly bytes: number;
  }[];
}

/** The loaded program; each `run` feeds it one frame. */
export class Program implements Disposable {
  readonly object: LoadedObject;
  readonly #generations: Generations;

  constructor(options: Partial<LoadOptions> = {}) {
    this.object = loadObject(lib, {
      ...LOAD_DEFAULTS,
      maxSources: 64,
      ...options,
    });
    this.#generations = new Generations(this.object);
  }

  /** Runs the program on a frame, and returns its verdict: always XDP_PASS (2). */
  run(run: TestRun): number {
    return testRun(this.object.programFd, run);
  }

  /** Ends the window, and returns what was counted in it. */
  take(): Counted {
    const { active } = this.#generations;
    this.#generations.switch();
    const lists = {
      ipv4: new SourceList("ipv4", this.object.keying),
      ipv6: new SourceList("ipv6", this.object.keying),
    };
    const { words, types } = this.#generations.drain(active, lists);
    const pair = (at: number) =>
      [Number(words[at]), Number(words[at + 1])] as const;
    return {
      total: pair(TOTALS.total),
      nonIp: pair(TOTALS.nonIp),
      malformed: pair(TOTALS.malformed),
      untracked: pair(TOTALS.untracked),
      filtered: pair(TOTALS.filtered),
      undecoded: pair(TOTALS.undecoded),
      causes: Object.fromEntries(
        (["cut", "version", "length"] as const).map((name) => [
          name,
          Number(words[TOTALS[name]]),
        ]),
      ) as Counted["causes"],
      types,
      sources: Object.values(lists).flatMap((list) =>
        Array.from({ length: list.length }, (_, row) => ({
          family: list.family,
          key: list.keyText(row),
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
