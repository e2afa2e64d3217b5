import type {
  CountRecord,
  EndRecord,
  Format,
  TickRecord,
} from "../tally/records.ts";

/** For people: the books in a line, then a row for each source. */
export const text: Format = {
  start: () => "",
  tick: (record) =>
    `${record.interface} ${clock(record.end)} tick ${record.seq}${
      merged(record)
    }: ` +
    `${equation(record)}\n${formatMapContents(record)}`,
  end: (record) =>
    `${record.interface} ${clock(record.end)} end (${record.reason}) after ${
      ticks(record)
    }: ` +
    `${equation(record)}\n${formatMapContents(record)}`,
};

/**
 * The rows of a record: a tab, the address, ` => ` and the packets since the
 * start, as in the example that xdptally grew from; then the bytes since the
 * start and the packets a second of the record's window.
 *
 * A source whose total is not kept, because `--max-sources` others came
 * first, shows this window's packets and says so.
 */
export function formatMapContents(record: CountRecord): string {
  const rows = Array.from(record.sources, (source) => {
    const since = source.run ?? source;
    return {
      count: `${source.ip} => ${since.packets}`,
      bytes: formatBytes(since.bytes),
      rate: formatRate(Number(source.packets) / record.elapsed),
      note: source.run === undefined
        ? "  (this tick only: --max-sources is reached)"
        : "",
    };
  });
  const widest = (key: "count" | "bytes" | "rate") =>
    rows.reduce((most, row) => Math.max(most, row[key].length), 0);
  const [count, bytes, rate] = [
    widest("count"),
    widest("bytes"),
    widest("rate"),
  ];
  return rows
    .map((row) =>
      `\t${row.count.padEnd(count)}  ${row.bytes.padStart(bytes)}  ${
        row.rate.padStart(rate)
      }${row.note}\n`
    )
    .join("");
}

/** `1030 packets = 1000 from 12 sources + 0 untracked + 20 non-IP + 10 malformed`. */
function equation({ books, sources, others, complete }: CountRecord): string {
  let shown = 0n, rows = 0;
  for (const source of sources) {
    shown += source.packets;
    rows++;
  }
  const terms = [
    `${shown} from ${plural(rows, "source")}`,
    ...(others.sources > 0
      ? [`${others.packets} from ${plural(others.sources, "other")}`]
      : []),
    `${books.untracked.packets} untracked`,
    `${books.nonIp.packets} non-IP`,
    `${books.malformed.packets} malformed`,
  ];
  const sum = `${books.total.packets} packets = ${terms.join(" + ")}`;
  return complete ? sum : `${sum} (INCOMPLETE)`;
}

function ticks({ ticks, elapsed }: EndRecord): string {
  return `${plural(ticks, "tick")} in ${elapsed.toFixed(3)} s`;
}

function merged({ skipped }: TickRecord): string {
  return skipped === 0 ? "" : ` (with ${plural(skipped, "missed deadline")})`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** `2026-11-22T14:30:01Z`. */
function clock(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB", "EB"] as const;

/** `999 B`, `65.5 kB`: powers of 1000, one decimal. */
export function formatBytes(bytes: bigint): string {
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
