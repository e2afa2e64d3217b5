/** Adds up capture records: the core of `xdptally report`. */
import {
  byText,
  type FieldName,
  type FieldValue,
  keyText,
} from "../basics/keys.ts";
import type { Names } from "../names/names.ts";
import { rowName } from "./row_names.ts";
import type { Sums } from "./class_sums.ts";
import type { CoveredInterface } from "./coverage.ts";
import { type Group, Groups } from "./groups.ts";
import {
  type CaptureRecord,
  fieldsOfKind,
  kindOfRows,
  type Tick,
} from "./capture_record.ts";
import { isWithin, type TimeSpan } from "./run_history.ts";
import {
  type Decisions,
  type IncompleteRun,
  type Novelty,
  Runs,
  sideOf,
} from "./runs.ts";
import { ScannedSources } from "./source_scanner.ts";
import { type Point, SeriesColumns } from "./series.ts";

/** What the rows of a report can stand for, besides fields of captures. */
export const GROUP_BYS = ["hour", "host", "interface"] as const;
export type GroupBy = typeof GROUP_BYS[number] | readonly FieldName[];

/** In the place of a field that a capture does not count by. */
const UNKNOWN = "?";

/** Which ticks a report counts, and how it groups them. */
export interface ReporterOptions extends TimeSpan {
  /** Undefined: by the fields of each capture. */
  readonly by?: GroupBy | undefined;
  /** Rows of the table, 0 for all. */
  readonly top: number;
  /** Whether to collect packets over time for the first groups. */
  readonly hasSeries?: boolean;
  /** Names the addresses of rows. */
  readonly names?: Names | undefined;
}

/** Groups with a curve. */
export const SERIES = 5;

/** The contents of a report, for the formats. */
export interface Report {
  /** What the rows stand for; several: the captures count by several things. */
  readonly bys: readonly string[];
  /** Fields that rows show as unknown: some captures do not count by them. */
  readonly unknown: readonly string[];
  readonly groups: readonly Group[];
  /** Groups below the first `top`, which the table omits. */
  readonly hidden: number;
  readonly sums: Sums;
  /** Packets over time of the first groups, by `rowName`, if `hasSeries`. */
  readonly series: ReadonlyMap<string, readonly Point[]>;
  /** Milliseconds between two points. */
  readonly seriesWidth: number;
  readonly ticks: number;
  readonly interfaces: readonly CoveredInterface[];
  readonly incomplete: readonly IncompleteRun[];
  /** Runs that are screens of `top`: each is a part of another run. */
  readonly screens: number;
  /** Whether only CSV has a run of it, which does not say how many ticks a run had. */
  readonly hasCsv: boolean;
  /** The busiest minutes may have had more: the captures could not be read again. */
  readonly isBusiestLeast: boolean;
  /** What is known of the addresses of rows; undefined: that was not asked for. */
  readonly names?: Names | undefined;
}

/** What a reading of all captures was not enough for. */
type Unfinished = "nothing" | "conflicts" | "minutes";

/**
 * Adds up capture records, in whatever order they come.
 *
 * @example
 * const reporter = new Reporter({ by: ["source"], top: 20, since: -Infinity, until: Infinity });
 * reporter.beginFile();
 * for (const record of records) reporter.take(record);
 * while (reporter.startAgain()) for (const record of records) reporter.take(record);
 * REPORT_FORMATS.text(reporter.finish(), new Problems());
 */
export class Reporter {
  readonly #options: ReporterOptions;
  #decisions: Decisions = new Map();
  #isMinutesAgain = false;
  #isBusiestLeast = false;
  #series: SeriesColumns | undefined;
  #groups!: Groups;
  #runs!: Runs;
  #interfaces!: Map<string, number>;
  /** What captures count by, as far as they say it. */
  readonly #bys = new Set<string>();
  /** Fields that are asked for, and that some captures do not count by. */
  readonly #unknown = new Set<string>();
  #ticks = 0;
  #file = 0;

  constructor(options: ReporterOptions) {
    this.#options = options;
    this.#clear();
  }

  #clear(): void {
    this.#series = this.#options.hasSeries ? new SeriesColumns() : undefined;
    this.#groups = new Groups(this.#series);
    this.#bys.clear();
    this.#unknown.clear();
    this.#ticks = 0;
    this.#runs = new Runs(this.#options, this.#decisions);
    this.#interfaces = new Map();
  }

  /** Call before the records of each file. */
  beginFile(): void {
    this.#file++;
  }

  /** Takes a record, unless it was taken before. @returns what it is */
  take(record: CaptureRecord): Novelty {
    const run = this.#runs.of(record);
    const novelty = this.#runs.take(run, record, this.#file);
    if (novelty === "new" && record.type === "tick") this.#addTick(record);
    return novelty;
  }

  #addTick(tick: Tick): void {
    const { start, end, host } = tick;
    if (!isWithin(this.#options, end)) return;
    if (!this.#isMinutesAgain) this.#ticks++;
    const side = sideOf(tick);
    const groups = this.#groups;
    groups.begin({ start, end, interfaceNumber: this.#numberOf(host, side) });
    const { by } = this.#options;
    if (by === undefined || typeof by === "object") this.#addSources(tick, by);
    else {
      groups.select(by);
      const { packets, bytes } = tick.counts.total;
      const key = by === "hour"
        ? `${new Date(start).toISOString().slice(0, 13)}:00Z`
        : by === "host"
        ? host
        : `${host} ${side}`;
      groups.add(groups.row(key), packets, bytes);
    }
    groups.settle();
  }

  #numberOf(host: string, side: string): number {
    const name = `${host}\n${side}`;
    const known = this.#interfaces.get(name);
    if (known !== undefined) return known;
    this.#interfaces.set(name, this.#interfaces.size);
    return this.#interfaces.size - 1;
  }

  /** @param wanted fields; undefined: all of the capture */
  #addSources(
    { sources, by: known }: Tick,
    wanted: readonly FieldName[] | undefined,
  ): void {
    if (sources.length === 0) return;
    const groups = this.#groups;
    const kind = known ?? "source";
    const fields = fieldsOfKind(kind);
    const list = wanted === undefined ? fields : byText({ fields: wanted });
    const by = kindOfRows(list, kind !== fields);
    this.#bys.add(by);
    groups.select(by, fields);
    const has = fields.split(",");
    const wants = list.split(",");
    for (const name of wants) if (!has.includes(name)) this.#unknown.add(name);
    const keyOf = keyOfRows(has, wants);
    if (!(sources instanceof ScannedSources)) {
      for (const { values, packets, bytes } of sources) {
        groups.add(groups.row(keyOf(values)), packets, bytes);
      }
      return;
    }
    const { line, from, to, packets, bytes } = sources;
    for (let at = 0; at < sources.length; at++) {
      const keyHere = () => keyOf(sources.values(at));
      const row = groups.rowOfBytes(line, from[at]!, to[at]!, keyHere);
      groups.add(row, packets[at]!, bytes[at]!);
    }
  }

  /**
   * Call after the records of all files: some orders need another reading of the
   * same records. If that is asked for, all of them must be taken again.
   *
   * @param canRead whether they can be read again
   */
  startAgain(canRead: boolean): boolean {
    const unfinished = this.#unfinished();
    if (unfinished === "nothing") return false;
    if (!canRead) {
      this.#isBusiestLeast ||= unfinished === "minutes";
      return false;
    }
    if (unfinished === "conflicts") {
      this.#decisions = this.#runs.conflicts;
      this.#clear();
    } else {
      this.#isMinutesAgain = true;
      this.#groups.startAgain();
      this.#runs = new Runs(this.#options, this.#decisions);
    }
    return true;
  }

  #unfinished(): Unfinished {
    const hasMore = this.#groups.minutes.finish();
    const isDecided = this.#decisions.size > 0;
    if (this.#runs.conflicts.size > 0 && !isDecided) return "conflicts";
    return hasMore ? "minutes" : "nothing";
  }

  /** The report of all records that were taken. Call it once. */
  finish(): Report {
    const { by, top } = this.#options;
    const groups = this.#groups.ranked(by === "hour" ? "key" : "packets", top);
    const bys = [...this.#bys].sort();
    if (bys.length === 0) bys.push(nameOf(by));
    return {
      bys,
      unknown: [...this.#unknown].sort(),
      groups,
      hidden: this.#groups.size - groups.length,
      sums: this.#runs.sums,
      series: new Map(
        this.#series === undefined ? [] : groups.slice(0, SERIES)
          .map((
            group,
          ) => [rowName({ bys }, group), this.#groups.series(group)]),
      ),
      seriesWidth: this.#series?.width ?? 0,
      ticks: this.#ticks,
      interfaces: this.#runs.interfaces,
      incomplete: this.#runs.incomplete,
      screens: this.#runs.screens,
      hasCsv: this.#runs.hasCsv,
      isBusiestLeast: this.#isBusiestLeast,
      names: this.#options.names,
    };
  }
}

/** How the key of a group is made from the values of a row. */
function keyOfRows(
  fields: readonly string[],
  wanted: readonly string[],
): (values: readonly FieldValue[]) => string {
  const places = wanted.map((name) => fields.indexOf(name));
  return (values) =>
    keyText(places.map((at) => at < 0 ? UNKNOWN : values[at] ?? null));
}

function nameOf(by: GroupBy | undefined): string {
  if (by === undefined) return "source";
  return typeof by === "string" ? by : byText({ fields: by });
}
