/** Captures of made-up runs, as lines that src/formats/jsonl.ts could have written, and their reports. */
import { Problems } from "../../src/report/problems.ts";
import { FileProblems } from "../../src/report/problems.ts";
import { LineReader } from "../../src/report/record_reader.ts";
import {
  type Report,
  Reporter,
  type ReporterOptions,
} from "../../src/report/reporter.ts";

/** A time on which runs are based, in ms since 1970: March 1, 2026. */
export const T0 = Date.UTC(2026, 2, 1);

/** Packets by source. */
export type Window = Readonly<Record<string, number>>;

/** What a made-up run is; all but the name has a default. */
export interface MadeRun {
  readonly run: string;
  readonly host?: string;
  readonly interface?: string;
  readonly direction?: "in" | "out";
  /** What its rows stand for, if not sources. */
  readonly by?: string;
  /** Milliseconds since 1970. */
  readonly start?: number;
  /** The sources of each tick. */
  readonly windows: readonly Window[];
  /** Length of a tick in ms. */
  readonly length?: number;
  /** Length of the first tick in ms, if it is shorter. */
  readonly firstLength?: number;
  /** Fields that the end record has instead. */
  readonly end?: Readonly<Record<string, unknown>>;
}

const NONE = { packets: 0, bytes: 0 };
const iso = (time: number) => new Date(time).toISOString();

/** The books of sources, with a few packets that are not IP. */
function countsOf(window: Window, nonIp: number, by: string) {
  const fields = by === "source" ? ["ip"] : by.split(",");
  const sources = Object.entries(window).map(([key, packets]) => {
    const values = fields.length === 1 ? [key] : key.split(",");
    return {
      ...Object.fromEntries(fields.map((name, at) => [name, values[at]])),
      ...{ packets, bytes: packets * 100 },
    };
  });
  const packets = sources.reduce((sum, row) => sum + row.packets, nonIp);
  return {
    complete: true,
    total: { packets, bytes: packets * 100 },
    sources,
    others: { sources: 0, ...NONE },
    untracked: { ...NONE, full: 0, noMemory: 0, busy: 0 },
    nonIp: { packets: nonIp, bytes: nonIp * 100, types: { arp: nonIp } },
    malformed: { ...NONE, cut: 0, version: 0, length: 0 },
    filtered: NONE,
    undecoded: NONE,
    rxCounter: null,
  };
}

/** The records of a run: start, ticks, end. */
// deno-lint-ignore no-explicit-any
export function madeRecords(made: MadeRun): any[] {
  const { start = T0, length = 1000, windows } = made;
  const origin = {
    host: made.host ?? "web1",
    run: made.run,
    interface: made.interface ?? "eth0",
    direction: made.direction ?? "in",
    ...(made.by === undefined ? {} : { by: made.by }),
  };
  const all: Record<string, number> = {};
  for (const window of windows) {
    for (const [ip, packets] of Object.entries(window)) {
      all[ip] = (all[ip] ?? 0) + packets;
    }
  }
  const span = (from: number, to: number) => ({
    start: iso(from),
    end: iso(to),
    elapsed: (to - from) / 1000,
  });
  const endOf = (tick: number) =>
    tick === 0
      ? start
      : start + (made.firstLength ?? length) + (tick - 1) * length;
  return [
    {
      schema: 1,
      type: "start",
      ...origin,
      ifindex: 2,
      mode: "tc",
      version: "0.1.0",
      start: iso(start),
      interval: length / 1000,
    },
    ...windows.map((window, at) => ({
      schema: 1,
      type: "tick",
      ...origin,
      seq: at + 1,
      ...span(endOf(at), endOf(at + 1)),
      skipped: 0,
      ...countsOf(window, 1, made.by ?? "source"),
    })),
    {
      schema: 1,
      type: "end",
      ...origin,
      reason: "duration",
      ...span(start, endOf(windows.length)),
      ticks: windows.length,
      ...countsOf(all, windows.length, made.by ?? "source"),
      ...made.end,
    },
  ];
}

/** The lines of a run: start, ticks, end. */
export function madeLines(made: MadeRun): string[] {
  return madeRecords(made).map((record) => JSON.stringify(record));
}

const WHOLE: ReporterOptions = {
  top: 0,
  since: -Infinity,
  until: Infinity,
};

/** A report, and what was wrong with its lines. */
export interface Reported {
  readonly report: Report;
  readonly problems: Problems;
}

/** The report of files of lines, by their names. */
export function reportOnFiles(
  files: Readonly<Record<string, readonly (string | Uint8Array)[]>>,
  options: Partial<ReporterOptions> = {},
): Reported {
  const reporter = new Reporter({ ...WHOLE, ...options });
  const reader = new LineReader();
  let problems;
  do {
    problems = new Problems();
    for (const [name, lines] of Object.entries(files)) {
      reporter.beginFile();
      const found = new FileProblems(name, problems);
      for (const [at, line] of lines.entries()) {
        try {
          const record = reader.read(
            typeof line === "string" ? new TextEncoder().encode(line) : line,
          );
          found.addRecord(at + 1, reporter.take(record), () => record.type);
        } catch (error) {
          found.addBroken(at + 1, (error as Error).message);
        }
      }
      found.end(undefined);
    }
  } while (reporter.startAgain(true));
  return { report: reporter.finish(), problems };
}
