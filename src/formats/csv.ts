/** CSV by RFC 4180, for spreadsheets and databases. */
import { csvField } from "../basics/csv_field.ts";
import type { TickRecord } from "../tally/records.ts";
import type { Count } from "../tally/source_list.ts";
import { beginsAs, type LineFormat } from "./format.ts";

/** What each column holds, for the man page. */
export const CSV_COLUMNS = {
  start: "when the window began (ISO 8601, UTC, milliseconds)",
  end: "when it ended",
  host: "the host's name",
  interface: "its name; eth0:out for packets that go out",
  class:
    "source for a row of a source, or others, untracked, filtered, nonIp, malformed or total, each of which has one row a window",
  source:
    "what --by counts by, in quotes if it has a comma; empty in the other classes",
  packets: "an exact integer of any size; empty in the row of class total",
  bytes: "the same for bytes",
  total_packets: "in the row of class total only: all packets of the window",
  total_bytes: "the same for bytes",
  run: "a UUID; with interface and seq it names the window",
  seq: "the number of the window in its run, from 1",
  elapsed: "the seconds of the window by CLOCK_BOOTTIME",
};

/**
 * Writes ticks alone: the rows of a tick add up to its `total` row, and the
 * ticks to the run. The total has columns of its own, so that the sum of `packets`
 * over any rows counts no packet twice.
 */
const HEADER = `${Object.keys(CSV_COLUMNS).join()}\r\n`;

export const csv: LineFormat = {
  kind: "lines",
  name: "csv",
  help: "the ticks, for spreadsheets and databases",
  endings: [".csv"],
  fileName: "%h-%i-%Y%m%d.csv",
  defaultTop: 0,
  header: HEADER,
  isHead: (text) => beginsAs(text, HEADER),
  start: () => "",
  tick: (record) => [...rows(record)].join(""),
  end: () => "",
};

function* rows(record: TickRecord): Iterable<string> {
  const { books } = record;
  const suffix = [
    csvField(record.run),
    record.seq,
    record.elapsed,
  ].join();
  const prefix = [
    record.start.toISOString(),
    record.end.toISOString(),
    record.host,
    // A colon is unambiguous: interface names cannot contain one.
    record.direction === "in" ? record.interface : `${record.interface}:out`,
  ].map(csvField).join(",");
  const row = (
    kind: string,
    source: string,
    { packets, bytes }: { packets: Count; bytes: Count },
  ) => `${prefix},${kind},${source},${packets},${bytes},,,${suffix}\r\n`;

  for (const source of record.sources) {
    yield row("source", csvField(source.key), source);
  }
  yield row("others", "", record.others);
  yield row("untracked", "", books.untracked);
  yield row("filtered", "", books.filtered);
  yield row("nonIp", "", books.nonIp);
  yield row("malformed", "", books.malformed);
  const { packets, bytes } = books.total;
  yield `${prefix},total,,,,${packets},${bytes},${suffix}\r\n`;
}
