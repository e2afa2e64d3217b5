/** CSV by RFC 4180, for spreadsheets and databases. */
import { csvField } from "../basics/csv_field.ts";
import { byText, fieldInSnakeCase, type FieldValue } from "../basics/keys.ts";
import { placeOf } from "../names/names.ts";
import type { TickRecord } from "../tally/records.ts";
import { NO_VERDICTS, seenVerdicts } from "../tally/books.ts";
import type { Count, Tally } from "../tally/source_list.ts";
import { beginsAs, type LineFormat, type RecordShape } from "./format.ts";

/** What each column holds, for the man page. */
export const CSV_COLUMNS = {
  start: "when the window began (ISO 8601, UTC, milliseconds)",
  end: "when it ended",
  host: "the host's name",
  interface: "its name; eth0:out for packets that go out",
  class:
    "source for a row of a source, or others, untracked, filtered, nonIp, malformed or total, each of which has one row a window; also undecoded, if there are any. With --hook observe the total is divided: a row total:drop, total:pass and so on for each verdict",
  source:
    "the source. With --by a column for each field, such as source,protocol,source_port; empty in the other classes, and where a packet lacks the field",
  packets: "an exact integer of any size; empty in the rows of class total",
  bytes: "the same for bytes",
  total_packets:
    "in the rows of class total only: all packets of the window, or those with this verdict",
  total_bytes: "the same for bytes",
  run: "a UUID; with interface and seq it names the window",
  seq: "the number of the window in its run, from 1",
  elapsed: "the seconds of the window by CLOCK_BOOTTIME",
  inner: "with --inner only: the ports by which tunnels over UDP are known",
};

/**
 * Ticks alone: the rows of a tick add up to its `total` row, and the ticks to the
 * run. The total has columns of its own, so that the sum of `packets` over any rows
 * counts no packet twice.
 */
function csvBy({ fields, inner, names }: RecordShape): LineFormat {
  const isInner = inner !== undefined;
  const columns = Object.keys(CSV_COLUMNS)
    .filter((name) => isInner || name !== "inner")
    .flatMap((name) =>
      name === "source" ? fields.map(fieldInSnakeCase) : [name]
    )
    .concat(names?.columns ?? []);
  const header = `${columns.join()}\r\n`;
  return {
    kind: "lines",
    name: "csv",
    title: `csv with --by ${byText({ fields })}${isInner ? " --inner" : ""}${
      names === undefined ? "" : ` and ${names.columns.join()}`
    }`,
    help: "the ticks, for spreadsheets and databases",
    endings: [".csv"],
    fileName: "%h-%i-%Y%m%d.csv",
    defaultTop: 0,
    header,
    withFields: csvBy,
    isHead: (text) => beginsAs(text, header),
    start: () => "",
    tick: (record) => [...rows(record)].join(""),
    end: () => "",
  };
}

export const csv: LineFormat = csvBy({ fields: ["source"] });

function* rows(record: TickRecord): Iterable<string> {
  const { books, names } = record;
  const suffix = [
    csvField(record.run),
    record.seq,
    record.elapsed,
    ...(record.inner === undefined ? [] : [csvField(record.inner)]),
  ].join();
  const unnamed = names === undefined ? "" : ",".repeat(names.fields.length);
  const prefix = [
    record.start.toISOString(),
    record.end.toISOString(),
    record.host,
    // A colon is unambiguous: interface names cannot contain one.
    record.direction === "in" ? record.interface : `${record.interface}:out`,
  ].map(csvField).join(",");
  const row = (
    kind: string,
    key: string,
    { packets, bytes }: { packets: Count; bytes: Count },
    named = unnamed,
  ) => `${prefix},${kind},${key},${packets},${bytes},,,${suffix}${named}\r\n`;

  const { by } = record;
  const none = by.map(() => "").join();
  const total = (kind: string, { packets, bytes }: Tally) =>
    `${prefix},${kind},${none},,,${packets},${bytes},${suffix}${unnamed}\r\n`;
  const isPlain = byText({ fields: by }) === "source";
  for (const source of record.sources) {
    const key = isPlain ? source.key : source.values.map(cell).join();
    const named = names?.values(placeOf(source)).map((value) =>
      `,${cell(value)}`
    ).join("");
    yield row("source", key, source, named);
  }
  yield row("others", none, record.others);
  yield row("untracked", none, books.untracked);
  yield row("filtered", none, books.filtered);
  yield row("nonIp", none, books.nonIp);
  yield row("malformed", none, books.malformed);
  if (books.undecoded.packets > 0n) {
    yield row("undecoded", none, books.undecoded);
  }
  const byVerdict = seenVerdicts(books.verdicts ?? NO_VERDICTS);
  if (byVerdict.length === 0) yield total("total", books.total);
  for (const [verdict, frames] of byVerdict) {
    yield total(`total:${verdict}`, frames);
  }
}

function cell(value: FieldValue): string {
  return value === null ? "" : csvField(String(value));
}
