/** JSON Lines, one object a record, for programs. Schema: docs/records.md. */
import type { Untracked } from "../tally/books.ts";
import type { CountRecord, Origin } from "../tally/records.ts";
import type { Count } from "../tally/source_list.ts";
import type { LineFormat } from "./format.ts";

const SCHEMA = 1;

export const jsonl: LineFormat = {
  kind: "lines",
  name: "jsonl",
  aliases: ["json"],
  endings: [".jsonl"],
  fileName: "%h-%i-%Y%m%d.jsonl",
  defaultTop: 0,
  header: "",
  start: (record) =>
    line(
      record,
      "start",
      {
        ifindex: record.ifindex,
        mode: record.mode,
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
  const { books, others, rxCounter } = record;
  return {
    complete: record.complete,
    total: tally(books.total),
    sources: Array.from(
      record.sources,
      // A field that says `ip` has to be one.
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
    rxCounter: rxCounter === undefined ? null : tally(rxCounter),
  };
}

export function tally({ packets, bytes }: { packets: Count; bytes: Count }) {
  return { packets: integer(packets), bytes: integer(bytes) };
}

export function untracked(record: Untracked) {
  return {
    ...tally(record),
    full: integer(record.full),
    noMemory: integer(record.noMemory),
    busy: integer(record.busy),
  };
}

/** A number where every JSON reader takes it exactly, else a string. */
function integer(value: Count): number | string {
  if (typeof value === "number") return value;
  return value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value);
}
