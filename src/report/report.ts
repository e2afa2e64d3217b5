import { SumColumn } from "./columns.ts";
import { Coverage, type Incomplete, type Stream } from "./coverage.ts";
import { type Group, Groups, Window } from "./groups.ts";
import {
  type Class,
  CLASSES,
  type JsonRecord,
  LineReader,
} from "./record_reader.ts";
import { SourceRows } from "./source_scanner.ts";
import { type Point, SeriesColumns } from "./series.ts";

export type By = "source" | "hour" | "host" | "interface";

export interface ReportOptions {
  readonly by: By;
  /** Rows of the table, 0 for all. */
  readonly top: number;
  /** Milliseconds since 1970; windows that end after `since`, up to `until`. */
  readonly since: number;
  readonly until: number;
  /** Packets over time are wanted, for the first groups. */
  readonly hasSeries?: boolean;
}

/** How many groups have curves. */
export const SERIES = 5;

/** What a report has to say. */
export interface Report {
  readonly by: By;
  readonly groups: readonly Group[];
  /** Groups that the table leaves out. */
  readonly hidden: number;
  readonly sums: Record<Class, { packets: bigint; bytes: bigint }>;
  /** The first groups over time, if that was wanted. */
  readonly series: ReadonlyMap<string, readonly Point[]>;
  /** Milliseconds of a point. */
  readonly seriesWidth: number;
  readonly ticks: number;
  readonly streams: readonly Stream[];
  readonly incomplete: readonly Incomplete[];
}

/** Adds up capture records, in whatever order the files come. */
export class Reporter {
  readonly #options: ReportOptions;
  readonly #series: SeriesColumns | undefined;
  readonly #groups: Groups;
  readonly #coverage = new Coverage();
  readonly #reader = new LineReader();
  readonly #packets = new SumColumn();
  readonly #bytes = new SumColumn();
  #ticks = 0;

  constructor(options: ReportOptions) {
    this.#options = options;
    this.#series = options.hasSeries ? new SeriesColumns() : undefined;
    this.#groups = new Groups(this.#series);
  }

  /**
   * Takes one line of a capture.
   *
   * @throws {SyntaxError} it is no record
   */
  addLine(line: Uint8Array): void {
    const record = this.#reader.read(line);
    const start = Date.parse(record.start);
    const { host, run } = record;
    const name = sideOf(record);
    if (record.type === "tick") return this.#addTick(record, start, line);
    const { since, until } = this.#options;
    if (record.type === "start") {
      if (start < since || start > until) return;
      this.#coverage.startRun(this.#coverage.stream(host, name), run, start);
    } else if (record.type === "end") {
      const end = Date.parse(record.end);
      const isInside = end > since && start <= until;
      this.#coverage.endRun(
        this.#coverage.stream(host, name),
        run,
        start,
        isInside ? doubts(record) : [],
      );
    }
  }

  #addTick(record: JsonRecord, start: number, line: Uint8Array): void {
    const end = Date.parse(record.end);
    if (end <= this.#options.since || end > this.#options.until) return;
    const stream = this.#coverage.stream(record.host, sideOf(record));
    this.#coverage.window(stream, start, end);
    this.#ticks++;
    for (const [row, name] of CLASSES.entries()) {
      const { packets, bytes } = record[name] ?? { packets: 0, bytes: 0 };
      this.#packets.add(row, packets);
      this.#bytes.add(row, bytes);
    }
    const window = new Window(start, end, stream.number);
    const { by } = this.#options;
    if (by === "source") {
      return this.#addSources(record.sources, window, line);
    }
    const { packets, bytes } = record.total;
    const group = by === "hour"
      ? `${record.start.slice(0, 13)}:00Z`
      : by === "host"
      ? record.host
      : `${record.host} ${sideOf(record)}`;
    const row = this.#groups.row(group);
    this.#groups.add(row, packets, bytes, window);
  }

  #addSources(
    sources: JsonRecord["sources"],
    window: Window,
    line: Uint8Array,
  ): void {
    const groups = this.#groups;
    if (!(sources instanceof SourceRows)) {
      for (const { ip, key = ip ?? "", packets, bytes } of sources) {
        groups.add(groups.row(key), packets, bytes, window);
      }
      return;
    }
    const { from, to, packets, bytes } = sources;
    for (let at = 0; at < sources.length; at++) {
      const row = groups.rowOfBytes(line, from[at]!, to[at]!);
      groups.add(row, packets[at]!, bytes[at]!, window);
    }
  }

  /** The report of all that was added. */
  finish(): Report {
    this.#coverage.finish();
    const { by, top } = this.#options;
    const groups = this.#groups.ranked(by === "hour" ? "key" : "packets", top);
    const sums = Object.fromEntries(
      CLASSES.map((name, row) => [
        name,
        { packets: this.#packets.get(row), bytes: this.#bytes.get(row) },
      ]),
    ) as Report["sums"];
    return {
      by,
      groups,
      hidden: this.#groups.size - groups.length,
      sums,
      series: new Map(
        this.#series === undefined ? [] : groups.slice(0, SERIES)
          .map(({ key }) => [key, this.#groups.series(key)]),
      ),
      seriesWidth: this.#series?.width ?? 0,
      ticks: this.#ticks,
      streams: this.#coverage.streams,
      incomplete: this.#coverage.incomplete,
    };
  }
}

/** `eth0`, or `eth0 out`: what goes out has windows of its own. */
function sideOf({ interface: name, direction }: JsonRecord): string {
  return direction === "out" ? `${name} out` : name;
}

/** Why a run's numbers are not the whole truth. */
function doubts({ complete, reason, untracked }: JsonRecord): string[] {
  return [
    ...(complete ? [] : ["its counts are incomplete"]),
    ...(Number(untracked.packets) > 0
      ? [`${untracked.packets} packets are untracked`]
      : []),
    ...(reason === "interface-gone" || reason === "detached"
      ? [`it was cut short (${reason})`]
      : []),
  ];
}
