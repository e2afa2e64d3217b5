/** JSON Lines, one object a record, for programs. Schema: docs/records.md. */
import { exactInteger } from "../basics/exact_integer.ts";
import { byText, fieldInJson } from "../basics/keys.ts";
import { type Names, placeOf } from "../names/names.ts";
import {
  type Malformed,
  type NonIp,
  otherTypes,
  seenVerdicts,
  type Untracked,
  type Verdicts,
} from "../tally/books.ts";
import type {
  CountRecord,
  EndRecord,
  Origin,
  ShownSource,
  StartRecord,
  TickRecord,
} from "../tally/records.ts";
import type { Count } from "../tally/source_list.ts";
import { beginsAs, type LineFormat } from "./format.ts";

const SCHEMA = 1;

/** What it takes of a record: all but the snapshot for metrics. */
type Written<Record extends CountRecord> = Omit<Record, "snapshot">;

export const jsonl = {
  kind: "lines",
  name: "jsonl",
  aliases: ["json"],
  help: "JSON Lines: every record, for programs and xdptally report",
  endings: [".jsonl"],
  otherEndings: [".ndjson", ".json"],
  fileName: "%h-%i-%Y%m%d.jsonl",
  defaultTop: 0,
  header: "",
  isHead: (text: string) => beginsAs(text, `{"schema":${SCHEMA},"type":"`),
  start: (record: StartRecord) =>
    line(
      record,
      "start",
      {
        ifindex: record.ifindex,
        mode: record.mode,
        modeReason: record.modeReason,
        holder: record.holder,
        version: record.version,
        start: record.start,
        interval: record.interval,
        ...(record.filter === undefined ? {} : { filter: record.filter }),
      },
    ),
  tick: (record: Written<TickRecord>) =>
    line(record, "tick", {
      seq: record.seq,
      ...span(record),
      skipped: record.skipped,
      ...counts(record),
    }),
  end: (record: Written<EndRecord>) =>
    line(record, "end", {
      reason: record.reason,
      ...span(record),
      ticks: record.ticks,
      ...counts(record),
    }),
} satisfies LineFormat;

function line(
  origin: Origin,
  type: string,
  rest: Record<string, unknown>,
): string {
  const { host, run, direction, inner } = origin;
  const by = byText({ fields: origin.by });
  const record = {
    schema: SCHEMA,
    type,
    host,
    run,
    interface: origin.interface,
    direction,
    ...(by === "source" ? {} : { by }),
    ...(inner === undefined ? {} : { inner }),
    ...rest,
  };
  return JSON.stringify(record) + "\n";
}

function span({ start, end, elapsed }: Written<CountRecord>) {
  return { start, end, elapsed };
}

function counts(record: Written<CountRecord>) {
  const { books, others, ownCounter, direction, names: known } = record;
  const own = ownCounter === undefined ? null : tally(ownCounter);
  const names = record.by.map(fieldInJson);
  const isPlain = names.join() === "source";
  const row = (source: ShownSource) =>
    isPlain
      ? { ip: source.key, ...tally(source) }
      : { ...fields(names, source), ...tally(source) };
  return {
    complete: record.complete,
    total: tally(books.total),
    sources: Array.from(
      record.sources,
      known === undefined
        ? row
        : (source) => ({ ...row(source), ...namesOf(source, known) }),
    ),
    others: { sources: others.sources, ...tally(others) },
    untracked: untracked(books.untracked),
    nonIp: nonIp(books.nonIp),
    malformed: malformed(books.malformed),
    filtered: tally(books.filtered),
    undecoded: tally(books.undecoded),
    ...(books.verdicts && { verdicts: verdicts(books.verdicts) }),
    ...(record.missed === undefined
      ? {}
      : { missed: exactInteger(record.missed) }),
    ...(direction === "in" ? { rxCounter: own } : { txCounter: own }),
  };
}

/** The fields of a row, by their names in JSON. */
function fields(names: readonly string[], { values }: ShownSource) {
  const row: Record<string, unknown> = {};
  for (const [at, name] of names.entries()) row[name] = values[at];
  return row;
}

/** What is known of a row's address; null: not known. */
function namesOf(source: ShownSource, names: Names) {
  const values = names.values(placeOf(source));
  return Object.fromEntries(names.fields.map((name, at) => [name, values[at]]));
}

/** Packets and bytes as JSON values; see `exactInteger`. */
function tally({ packets, bytes }: { packets: Count; bytes: Count }) {
  return { packets: exactInteger(packets), bytes: exactInteger(bytes) };
}

/** Untracked packets with their causes, as JSON values. */
function untracked(record: Untracked) {
  return {
    ...tally(record),
    full: exactInteger(record.full),
    noMemory: exactInteger(record.noMemory),
    busy: exactInteger(record.busy),
  };
}

/** Non-IP frames with their EtherTypes, as JSON values; the types add up to the packets. */
function nonIp(record: NonIp) {
  const other = otherTypes(record);
  const types = [...record.types]
    .map(([type, packets]) => [type, exactInteger(packets)]);
  if (other > 0n) types.push(["other", exactInteger(other)]);
  return { ...tally(record), types: Object.fromEntries(types) };
}

/** All frames by verdict, as JSON values: those that occurred. */
function verdicts(record: Verdicts) {
  return Object.fromEntries(
    seenVerdicts(record).map(([name, frames]) => [name, tally(frames)]),
  );
}

/** Malformed frames with their causes, as JSON values. */
function malformed(record: Malformed) {
  return {
    ...tally(record),
    cut: exactInteger(record.cut),
    version: exactInteger(record.version),
    length: exactInteger(record.length),
  };
}
