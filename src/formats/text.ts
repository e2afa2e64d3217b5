/** The text format, for people: a line with the books, then a row for each source. */
import { isoSeconds } from "../basics/iso_time.ts";
import { visible } from "../basics/visible.ts";
import { plural } from "../basics/plural.ts";
import { formatBytes, formatRate } from "../basics/quantity.ts";
import { type Books, seenVerdicts } from "../tally/books.ts";
import type { CountRecord, EndRecord, TickRecord } from "../tally/records.ts";
import { AlignedRows } from "./aligned_rows.ts";
import type { LineFormat } from "./format.ts";

export const text: LineFormat = {
  kind: "lines",
  name: "text",
  help: "lines for people",
  endings: [".txt", ".log"],
  fileName: "%h-%i-%Y%m%d.txt",
  defaultTop: 20,
  header: "",
  // A title, or a row where the title was cut off.
  isHead: (text) =>
    /^(\t\S+ => \d+ |\S+ (out )?[\dT:-]{19}Z (tick \d+|end \(|so far, ))/
      .test(text),
  isLog: true,
  start: () => "",
  tick: (record) => withRows(`tick ${record.seq}${merged(record)}`, record),
  end: (record) =>
    withRows(
      record.reason === "so far"
        ? `so far, after ${ticks(record)}`
        : `end (${record.reason}) after ${ticks(record)}`,
      record,
    ),
};

function withRows(what: string, record: CountRecord): string {
  return `${title(record)} ${isoSeconds(record.end)} ${what}: ${
    equation(record)
  }\n` +
    formatMapContents(record);
}

/**
 * The map's contents as rows: a tab, the source, ` => ` and its packets since
 * the start, as cilium/ebpf's example prints them. Then follow `+` and the packets
 * of this tick (not in an end record), the bytes since the start, and the packets
 * a second.
 *
 * A source beyond `--max-sources` has no totals: its row shows the counts of this
 * tick, and says so.
 *
 * @example
 * ```ts
 * formatMapContents(tick); // "\t192.0.2.10 => 400  +400  573.6 kB  399/s\n"
 * ```
 */
export function formatMapContents(record: CountRecord): string {
  const isTick = record.type === "tick";
  const rows = new AlignedRows(isTick ? 4 : 3);
  for (const source of record.sources) {
    const since = source.run ?? source;
    rows.add(`${source.key} => ${since.packets}`);
    if (isTick) rows.add(`+${source.packets}`);
    rows.add(formatBytes(since.bytes));
    rows.add(formatRate(Number(source.packets) / record.elapsed));
    if (source.run === undefined) rows.note(`  ${NOT_KEPT}`);
  }
  return rows.text();
}

const NOT_KEPT = "(this tick only: --max-sources is reached)";

/** `1030 packets = 1000 from 12 sources + 0 untracked + 20 non-IP + 10 malformed`. */
function equation(
  { books, shown, others, complete, missed }: CountRecord,
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
    ...(books.undecoded.packets > 0n
      ? [`${books.undecoded.packets} undecoded`]
      : []),
  ];
  const sum = `${plural(books.total.packets, "packet")} = ${terms.join(" + ")}${
    byVerdict(books)
  }`;
  return complete ? sum : `${sum} (INCOMPLETE${missedText(missed)})`;
}

/** ` = 1000 drop + 30 pass`, in runs that see verdicts. */
function byVerdict({ verdicts }: Books): string {
  const seen = verdicts === undefined ? [] : seenVerdicts(verdicts);
  const terms = seen.map(([name, { packets }]) => `${packets} ${name}`);
  return terms.length === 0 ? "" : ` = ${terms.join(" + ")}`;
}

function missedText(missed = 0n): string {
  return missed === 0n ? "" : `: ${missed} missed`;
}

/** `eth0`, or `eth0 out`. */
function title({ interface: name, direction }: CountRecord): string {
  return visible(direction === "in" ? name : `${name} out`);
}

function ticks({ ticks, elapsed }: EndRecord): string {
  return `${plural(ticks, "tick")} in ${elapsed.toFixed(3)} s`;
}

function merged({ skipped }: TickRecord): string {
  return skipped === 0 ? "" : ` (with ${plural(skipped, "missed deadline")})`;
}
