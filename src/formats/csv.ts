/** `--format csv`: ticks as rows of a table. */
import { csvField } from "../basics/csv_field.ts";
import type { Format, TickRecord } from "../tally/records.ts";
import type { Count } from "../tally/source_list.ts";

/** The first line of a file. */
export const CSV_HEADER =
  "start,end,host,interface,class,source,packets,bytes\r\n";

/**
 * CSV. Only ticks are written: the rows of a tick add up to its `total` row, and
 * the ticks to the run.
 *
 * @see RFC 4180
 */
export const csv: Format = {
  start: () => "",
  tick: (record) => [...rows(record)].join(""),
  end: () => "",
};

function* rows(record: TickRecord): Iterable<string> {
  const { books } = record;
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
  ) => `${prefix},${kind},${source},${packets},${bytes}\r\n`;

  for (const source of record.sources) {
    yield row("source", csvField(source.key), source);
  }
  yield row("others", "", record.others);
  yield row("untracked", "", books.untracked);
  yield row("filtered", "", books.filtered);
  yield row("nonIp", "", books.nonIp);
  yield row("malformed", "", books.malformed);
  yield row("total", "", books.total);
}
