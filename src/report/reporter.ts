/** Adds up capture records: the core of `xdptally report`. */
import { SumColumn } from "./sum_columns.ts";
import {
  Coverage,
  type CoveredInterface,
  type IncompleteRun,
} from "./coverage.ts";
import { type Group, Groups, TickSpan } from "./groups.ts";
import {
  type JsonRecord,
  LineReader,
  PACKET_CLASSES,
  type PacketClass,
} from "./record_reader.ts";
import { ScannedSources } from "./source_scanner.ts";
import { type Point, SeriesColumns } from "./series.ts";

/** What the rows of a report can stand for. */
export const GROUP_BYS = ["source", "hour", "host", "interface"] as const;
type GroupBy = typeof GROUP_BYS[number];

/** Which ticks a report counts, and how it groups them. */
export interface ReporterOptions {
  readonly by: GroupBy;
  /** Rows of the table, 0 for all. */
  readonly top: number;
  /** Milliseconds since 1970: ticks that end after `since`, and not after `until`, count. */
  readonly since: number;
  readonly until: number;
  /** Whether to collect packets over time for the first groups. */
  readonly hasSeries?: boolean;
}

/** Groups with a curve. */
export const SERIES = 5;

/** The contents of a report, for the formats. */
export interface Report {
  readonly by: GroupBy;
  readonly groups: readonly Group[];
  /** Groups below the first `top`, which the table omits. */
  readonly hidden: number;
  readonly sums: Record<PacketClass, { packets: bigint; bytes: bigint }>;
  /** Packets over time of the first groups, if `hasSeries`. */
  readonly series: ReadonlyMap<string, readonly Point[]>;
  /** Milliseconds between two points. */
  readonly seriesWidth: number;
  readonly ticks: number;
  readonly interfaces: readonly CoveredInterface[];
  readonly incomplete: readonly IncompleteRun[];
}

/**
 * Adds up capture records; the files may come in any order.
 *
 * @example
 * const reporter = new Reporter({ by: "source", top: 20, since: -Infinity, until: Infinity });
 * for (const line of lines) reporter.addLine(line);
 * REPORT_FORMATS.text(reporter.finish(), { count: 0, examples: [] });
 */
export class Reporter {
  readonly #options: ReporterOptions;
  readonly #series: SeriesColumns | undefined;
  readonly #groups: Groups;
  readonly #coverage = new Coverage();
  readonly #reader = new LineReader();
  readonly #packets = new SumColumn();
  readonly #bytes = new SumColumn();
  #ticks = 0;

  constructor(options: ReporterOptions) {
    this.#options = options;
    this.#series = options.hasSeries ? new SeriesColumns() : undefined;
    this.#groups = new Groups(this.#series);
  }

  /**
   * Takes one line of a capture, without its newline.
   *
   * @throws {SyntaxError} it is not a record of schema 1, or a tick that lacks
   * counts
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
      this.#coverage.startRun(
        this.#coverage.interfaceOf(host, name),
        run,
        start,
      );
    } else if (record.type === "end") {
      const end = Date.parse(record.end);
      const isInside = end > since && start <= until;
      this.#coverage.endRun(
        this.#coverage.interfaceOf(host, name),
        run,
        start,
        isInside ? doubts(record) : [],
      );
    }
  }

  #addTick(record: JsonRecord, start: number, line: Uint8Array): void {
    const end = Date.parse(record.end);
    if (end <= this.#options.since || end > this.#options.until) return;
    const covered = this.#coverage.interfaceOf(record.host, sideOf(record));
    this.#coverage.addTick(covered, start, end);
    this.#ticks++;
    for (const [row, name] of PACKET_CLASSES.entries()) {
      const { packets, bytes } = record[name] ?? { packets: 0, bytes: 0 };
      this.#packets.add(row, packets);
      this.#bytes.add(row, bytes);
    }
    const span = new TickSpan(start, end, covered.number);
    const { by } = this.#options;
    if (by === "source") {
      return this.#addSources(record.sources, span, line);
    }
    const { packets, bytes } = record.total;
    const group = by === "hour"
      ? `${record.start.slice(0, 13)}:00Z`
      : by === "host"
      ? record.host
      : `${record.host} ${sideOf(record)}`;
    const row = this.#groups.row(group);
    this.#groups.add(row, packets, bytes, span);
  }

  #addSources(
    sources: JsonRecord["sources"],
    span: TickSpan,
    line: Uint8Array,
  ): void {
    const groups = this.#groups;
    if (!(sources instanceof ScannedSources)) {
      for (const { ip, key = ip ?? "", packets, bytes } of sources) {
        groups.add(groups.row(key), packets, bytes, span);
      }
      return;
    }
    const { from, to, packets, bytes } = sources;
    for (let at = 0; at < sources.length; at++) {
      const row = groups.rowOfBytes(line, from[at]!, to[at]!);
      groups.add(row, packets[at]!, bytes[at]!, span);
    }
  }

  /** The report of all lines that were added. Call it once. */
  finish(): Report {
    this.#coverage.finish();
    const { by, top } = this.#options;
    const groups = this.#groups.ranked(by === "hour" ? "key" : "packets", top);
    const sums = Object.fromEntries(
      PACKET_CLASSES.map((name, row) => [
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
      interfaces: this.#coverage.interfaces,
      incomplete: this.#coverage.incomplete,
    };
  }
}

/** `eth0`, or `eth0 out`: outgoing packets have ticks of their own. */
function sideOf({ interface: name, direction }: JsonRecord): string {
  return direction === "out" ? `${name} out` : name;
}

/** Why the numbers of a run that ended are incomplete. */
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
