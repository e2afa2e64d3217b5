import { csvField } from "../basics/csv_field.ts";
import type { Format, TickRecord } from "../tally/records.ts";
import type { Count } from "../tally/source_list.ts";

export const CSV_HEADER =
  "start,end,host,interface,class,source,packets,bytes\r\n";

/**
 * CSV by RFC 4180. Only ticks are written: the rows of a window sum to its
 * total row, and the windows to the run.
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
    // No name has a colon.
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
