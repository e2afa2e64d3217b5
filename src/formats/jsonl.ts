/** JSON Lines, one object a record, for programs. Schema: docs/records.md. */
import { exactInteger } from "../basics/exact_integer.ts";
import type { Untracked } from "../tally/books.ts";
import type { CountRecord, Origin } from "../tally/records.ts";
import type { Count } from "../tally/source_list.ts";
import { beginsAs, type LineFormat } from "./format.ts";

const SCHEMA = 1;

export const jsonl: LineFormat = {
  kind: "lines",
  name: "jsonl",
  aliases: ["json"],
  help: "JSON Lines: every record, for programs and xdptally report",
  endings: [".jsonl"],
  otherEndings: [".ndjson", ".json"],
  fileName: "%h-%i-%Y%m%d.jsonl",
  defaultTop: 0,
  header: "",
  isHead: (text) => beginsAs(text, `{"schema":${SCHEMA},"type":"`),
  start: (record) =>
    line(
      record,
      "start",
      {
        ifindex: record.ifindex,
        mode: record.mode,
        modeReason: record.modeReason,
        version: record.version,
        start: record.start,
        interval: record.interval,
        ...(record.filter === undefined ? {} : { filter: record.filter }),
      },
    ),
  tick: (record) =>
    line(record, "tick", {
      seq: record.seq,
      ...span(record),
      skipped: record.skipped,
      ...counts(record),
    }),
  end: (record) =>
    line(record, "end", {
      reason: record.reason,
      ...span(record),
      ticks: record.ticks,
      ...counts(record),
    }),
};

function line(
  origin: Origin,
  type: string,
  rest: Record<string, unknown>,
): string {
  const { host, run, direction, by } = origin;
  const record = {
    schema: SCHEMA,
    type,
    host,
    run,
    interface: origin.interface,
    direction,
    ...(by === "source" ? {} : { by }),
    ...rest,
  };
  return JSON.stringify(record) + "\n";
}

function span({ start, end, elapsed }: CountRecord) {
  return { start, end, elapsed };
}

function counts(record: CountRecord) {
  const { books, others, ownCounter, direction } = record;
  const own = ownCounter === undefined ? null : tally(ownCounter);
  return {
    complete: record.complete,
    total: tally(books.total),
    sources: Array.from(
      record.sources,
      // `ip` is always an address; other keys are named `key`.
      (source) =>
        record.by === "source"
          ? { ip: source.key, ...tally(source) }
          : { key: source.key, ...tally(source) },
    ),
    others: { sources: others.sources, ...tally(others) },
    untracked: untracked(books.untracked),
    nonIp: tally(books.nonIp),
    malformed: tally(books.malformed),
    filtered: tally(books.filtered),
    ...(direction === "in" ? { rxCounter: own } : { txCounter: own }),
  };
}

/** Packets and bytes as JSON values; see `exactInteger`. */
export function tally({ packets, bytes }: { packets: Count; bytes: Count }) {
  return { packets: exactInteger(packets), bytes: exactInteger(bytes) };
}

/** Untracked packets with their causes, as JSON values. */
export function untracked(record: Untracked) {
  return {
    ...tally(record),
    full: exactInteger(record.full),
    noMemory: exactInteger(record.noMemory),
    busy: exactInteger(record.busy),
  };
}
