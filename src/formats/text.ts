import { isoSeconds } from "../basics/iso_time.ts";
import { plural } from "../basics/plural.ts";
import type {
  CountRecord,
  EndRecord,
  Format,
  TickRecord,
} from "../tally/records.ts";
import { type Count, Sum } from "../tally/source_list.ts";
import { AlignedRows } from "./aligned_rows.ts";

/** For people: the books in a line, then a row for each source. */
export const text: Format = {
  start: () => "",
  tick: (record) => headed(`tick ${record.seq}${merged(record)}`, record),
  end: (record) =>
    headed(`end (${record.reason}) after ${ticks(record)}`, record),
};

function headed(what: string, record: CountRecord): string {
  const { text, shown } = rowsOf(record);
  return `${title(record)} ${isoSeconds(record.end)} ${what}: ${
    equation(record, shown)
  }\n${text}`;
}

/** The rows that a record shows, and what they add up to. */
interface Rows {
  readonly text: string;
  readonly shown: { readonly sources: number; readonly packets: bigint };
}

/**
 * The rows of a record: a tab, the address, ` => ` and the packets since the
 * start, as in the example that xdptally grew from; then `+` and those of this
 * tick (they add up to the line above the rows), the bytes since the start, and
 * the packets a second of the record's window.
 *
 * A source whose total is not kept, because `--max-sources` others came
 * first, shows this tick's counts alone and says so.
 */
export function formatMapContents(record: CountRecord): string {
  return rowsOf(record).text;
}

function rowsOf(record: CountRecord): Rows {
  const hasTick = "seq" in record;
  const sum = new Sum();
  let sources = 0;
  const rows = new AlignedRows(hasTick ? 4 : 3);
  for (const source of record.sources) {
    const since = source.run ?? source;
    rows.add(`${source.key} => ${since.packets}`);
    if (hasTick) rows.add(`+${source.packets}`);
    rows.add(formatBytes(since.bytes));
    rows.add(formatRate(Number(source.packets) / record.elapsed));
    if (source.run === undefined) rows.note(`  ${NOT_KEPT}`);
    sum.add(source.packets);
    sources++;
  }
  return { text: rows.text(), shown: { sources, packets: sum.value } };
}

const NOT_KEPT = "(this tick only: --max-sources is reached)";

/** `1030 packets = 1000 from 12 sources + 0 untracked + 20 non-IP + 10 malformed`. */
function equation(
  { books, others, complete }: CountRecord,
  shown: Rows["shown"],
): string {
  const terms = [
    `${shown.packets} from ${plural(shown.sources, "source")}`,
    ...(others.sources > 0
      ? [`${others.packets} from ${plural(others.sources, "other")}`]
      : []),
    `${books.untracked.packets} untracked`,
    `${books.nonIp.packets} non-IP`,
    `${books.malformed.packets} malformed`,
    ...(books.filtered.packets > 0n
      ? [`${books.filtered.packets} filtered`]
      : []),
  ];
  const sum = `${plural(books.total.packets, "packet")} = ${terms.join(" + ")}`;
  return complete ? sum : `${sum} (INCOMPLETE)`;
}

/** `eth0`, or `eth0 out`. */
function title({ interface: name, direction }: CountRecord): string {
  return direction === "in" ? name : `${name} out`;
}

function ticks({ ticks, elapsed }: EndRecord): string {
  return `${plural(ticks, "tick")} in ${elapsed.toFixed(3)} s`;
}

function merged({ skipped }: TickRecord): string {
  return skipped === 0 ? "" : ` (with ${plural(skipped, "missed deadline")})`;
}

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB", "EB"] as const;

/** `999 B`, `65.5 kB`: powers of 1000, one decimal. */
export function formatBytes(bytes: Count): string {
  let value = Number(bytes);
  let unit = 0;
  while (value >= 999.95 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

/** `12/s`, `0.5/s`. */
export function formatRate(rate: number): string {
  if (!Number.isFinite(rate)) return "-/s";
  return `${rate >= 10 ? Math.round(rate) : Math.round(rate * 10) / 10}/s`;
}
