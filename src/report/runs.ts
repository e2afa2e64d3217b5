/** All runs in the captures: which records are new, and what each run lacks. */
import { ClassSums, plusSums, type Sums } from "./class_sums.ts";
import { coverageOf, type CoveredInterface } from "./coverage.ts";
import type { CaptureRecord, RunName } from "./capture_record.ts";
import { recordHash } from "./record_hash.ts";
import { mixed } from "./row_hash.ts";
import { doubtsOf } from "./run_doubts.ts";
import {
  isWithin,
  numberOf,
  RunHistory,
  type TimeSpan,
} from "./run_history.ts";

/** A run whose numbers are incomplete, and why. */
export interface IncompleteRun {
  readonly host: string;
  readonly interface: string;
  readonly run: string;
  /** Milliseconds since 1970. */
  readonly start: number;
  /** A sentence without a full stop. */
  readonly why: string;
}

/**
 * What a record is: new; a copy of one from another file, or from the same file;
 * or one that differs from the record that counts in its place. What would be
 * doubled or a conflict, but lies outside of the time that counts, is `outside`.
 */
export type Novelty = "new" | "copy" | "doubled" | "conflict" | "outside";

/** Which record counts, of several that differ: the checksum of each, by its number. */
export type Decisions = ReadonlyMap<string, number>;

/** Knows the runs by `run`, interface and direction, which no two share. */
export class Runs {
  readonly #span: TimeSpan;
  readonly #decisions: Decisions;
  readonly #runs = new Map<string, RunHistory>();
  /** The run of the last record, which is mostly that of the next, too. */
  #last: RunHistory | undefined;
  /** Owner 0: what counts. Each run has two: its ticks that count, and the others. */
  readonly #sums = new ClassSums();
  /** For records that differ, the smallest checksum: it is the same for every order. */
  readonly conflicts = new Map<string, number>();

  constructor(span: TimeSpan, decisions: Decisions) {
    this.#span = span;
    this.#decisions = decisions;
  }

  /** The run of a record; it is created when it is new. */
  of(record: RunName): RunHistory {
    const { run, interface: name, isOut } = record;
    const last = this.#last;
    if (
      last?.run === run && last.interface === name && last.isOut === isOut
    ) return last;
    const id = JSON.stringify([run, name, isOut]);
    let found = this.#runs.get(id);
    if (found === undefined) {
      found = new RunHistory(this.#runs.size, id, record, this.#span);
      this.#runs.set(id, found);
    }
    return this.#last = found;
  }

  /** Takes a record, if it is the first of its number, or the one that is to count. */
  take(run: RunHistory, record: CaptureRecord, file: number): Novelty {
    const novelty = this.#take(run, record, file);
    const isDoubt = novelty === "doubled" || novelty === "conflict";
    return isDoubt && this.#isOutside(record) ? "outside" : novelty;
  }

  #isOutside(record: CaptureRecord): boolean {
    const { since, until } = this.#span;
    if (record.type !== "start") return !isWithin(this.#span, record.end);
    return record.start < since || record.start > until;
  }

  #take(run: RunHistory, record: CaptureRecord, file: number): Novelty {
    if (this.#hasOtherBy(run, record)) return "conflict";
    if (this.#decisions.size > 0) {
      const decided = this.#decisions.get(keyOf(run, record));
      if (decided !== undefined && decided !== record.hash) return "conflict";
    }
    run.addHost(record.host);
    const { hash, isInFile } = run.mark(record, file);
    if (hash === undefined) {
      run.take(record, this.#span);
      if (record.type === "tick") {
        const isOutside = !isWithin(this.#span, record.end);
        this.#sums.add(run.number * 2 + Number(isOutside), record.counts);
      }
      return "new";
    }
    if (hash !== record.hash) {
      const key = keyOf(run, record);
      const least = Math.min(this.conflicts.get(key) ?? hash, record.hash);
      this.conflicts.set(key, least);
      return "conflict";
    }
    return isInFile ? "doubled" : "copy";
  }

  /** Whether it counts by something else than its run does, as its other records say. */
  #hasOtherBy(run: RunHistory, { by }: CaptureRecord): boolean {
    if (by === undefined || by === run.by) return false;
    const key = `${run.id}by`;
    const hash = recordHash(mixed(0, by));
    const decided = this.#decisions.get(key);
    if (decided !== undefined) return decided !== hash;
    if (run.by === undefined) return false;
    const known = this.conflicts.get(key) ?? recordHash(mixed(0, run.by));
    this.conflicts.set(key, Math.min(known, hash));
    return true;
  }

  /** The sums of the ticks that count. */
  get sums(): Sums {
    return [...this.#runs.values()]
      .map(({ number }) => this.#sums.of(number * 2))
      .reduce(plusSums, this.#sums.of(this.#runs.size * 2));
  }

  /** Whether a run with ticks that count is in CSV only. */
  get hasCsv(): boolean {
    return [...this.#runs.values()].some(({ isCsv, counted }) =>
      isCsv && counted.sorted.length > 0
    );
  }

  /** How many runs with ticks that count are screens of `top`. */
  get screens(): number {
    return [...this.#runs.values()].filter(({ end, counted }) =>
      end?.reason === "screen" && counted.sorted.length > 0
    ).length;
  }

  /** The runs that are incomplete, by their start. */
  get incomplete(): IncompleteRun[] {
    return [...this.#runs.values()].flatMap((run) => {
      const counted = this.#sums.of(run.number * 2);
      const all = plusSums(counted, this.#sums.of(run.number * 2 + 1));
      const why = doubtsOf(run, this.#span, all, counted.untracked.packets);
      return why.length === 0 ? [] : [{
        host: hostOf(run),
        interface: sideOf(run),
        run: run.run,
        start: run.start ?? run.all.sorted[0]?.start ?? run.end?.start ?? NaN,
        why: why.join(", "),
      }];
    }).sort((a, b) =>
      a.start - b.start ||
      (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)
    );
  }

  /**
   * How much of the time each interface is covered that any record names, in the
   * order of their names.
   */
  get interfaces(): CoveredInterface[] {
    const { since, until, coveredUntil = until } = this.#span;
    const byName = new Map<string, RunHistory[]>();
    for (const run of this.#runs.values()) {
      if (run.isWaitingAt(coveredUntil)) continue;
      const name = JSON.stringify([hostOf(run), sideOf(run)]);
      const runs = byName.get(name) ?? [];
      byName.set(name, runs);
      const isStarted = run.start !== undefined && run.start >= since &&
        run.start < until;
      if (run.counted.sorted.length > 0 || isStarted) runs.push(run);
    }
    return [...byName].sort(([a], [b]) => a < b ? -1 : 1).map(
      ([name, runs]) => {
        const [host, side] = JSON.parse(name) as [string, string];
        return coverageOf(host, side, runs, { from: since, to: coveredUntil });
      },
    );
  }
}

/** `eth0`, or `eth0 out`: outgoing packets have ticks of their own. */
export function sideOf(
  { interface: name, isOut }: { interface: string; isOut: boolean },
): string {
  return isOut ? `${name} out` : name;
}

function hostOf({ hosts }: RunHistory): string {
  return hosts[0] ?? "";
}

function keyOf({ id }: RunHistory, record: CaptureRecord): string {
  return `${id}${numberOf(record)}`;
}
