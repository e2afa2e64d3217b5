/**
 * The text format, for people: a line with the books, then a row for each source. Files
 * and pipes, which scripts read, get just these; people also get heads, bit/s, and
 * what the rows leave out.
 */
import { isoSeconds } from "../basics/iso_time.ts";
import { visible } from "../basics/visible.ts";
import { percentOf } from "../basics/share.ts";
import { plural } from "../basics/plural.ts";
import { formatBitRate, formatBytes, formatRate } from "../basics/quantity.ts";
import { namingText } from "../names/naming.ts";
import { type Names, placeOf } from "../names/names.ts";
import { type Books, seenVerdicts } from "../tally/books.ts";
import type {
  CountRecord,
  EndRecord,
  ShownSource,
  TickRecord,
} from "../tally/records.ts";
import { AlignedRows } from "./aligned_rows.ts";
import { folded, TAB_WIDTH } from "./fold.ts";
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
  tick: (record) => title(record) + formatMapContents(record),
  end: (record) => title(record) + formatMapContents(record),
  forPeople: textForPeople,
};

/** Text as people read it. @param width columns of the terminal now; Infinity: it is none */
export function textForPeople(width: () => number): LineFormat {
  const show = (record: Counted) => shownTo(width(), record);
  return { ...text, tick: show, end: show };
}

/** Lines of at most `width` columns: the title, the rows below heads, and the rest. */
function shownTo(width: number, record: Counted): string {
  const all = title(record) + formatMapContents(record, width) + rest(record);
  return all.replaceAll(/.+/g, (line) => folded(line, width));
}

/** What the sources without a row sent: with the rows, that of all sources. */
function rest({ type, others, books }: CountRecord): string {
  if (others.sources === 0) return "";
  const packets = plural(others.packets, "packet");
  const share = percentOf(others.packets, books.total.packets);
  return `\tand ${plural(others.sources, "other")}: ${
    type === "tick" ? "+" : ""
  }${packets}, ${share} % of all\n`;
}

type Counted = TickRecord | EndRecord;

function title(record: Counted): string {
  return `${name(record)} ${isoSeconds(record.end)} ${what(record)}: ${
    equation(record)
  }\n`;
}

function what(record: Counted): string {
  if (record.type === "tick") return `tick ${record.seq}${merged(record)}`;
  return record.reason === "so far"
    ? `so far, after ${ticks(record)}`
    : `end (${record.reason}) after ${ticks(record)}`;
}

/** A column of the rows, behind the first one. */
interface RowColumn {
  readonly head: string;
  readonly cell: (source: ShownSource, record: CountRecord) => string;
}

const ADDED: RowColumn = {
  head: "this tick",
  cell: ({ packets }) => `+${packets}`,
};
const BYTES: RowColumn = {
  head: "bytes",
  cell: ({ run, bytes }) => formatBytes((run ?? { bytes }).bytes),
};
const PACKET_RATE: RowColumn = {
  head: "packets/s",
  cell: ({ packets }, { elapsed }) => formatRate(Number(packets) / elapsed),
};
const BIT_RATE: RowColumn = {
  head: "bit/s",
  cell: ({ bytes }, { elapsed }) => formatBitRate(Number(bytes) * 8 / elapsed),
};

/** Left out on a narrow terminal, the first one first. */
const LESS_IMPORTANT = [BYTES, ADDED, BIT_RATE, PACKET_RATE];

/**
 * The map's contents as rows: a tab, the source, ` => ` and its packets since
 * the start, as cilium/ebpf's example prints them. Then follow `+` and the packets
 * of this tick (not in an end record), the bytes since the start, and the packets
 * a second.
 *
 * A source beyond `--max-sources` has no totals: its row shows the counts of this
 * tick, and says so. What is known of an address ends its row.
 *
 * @param width of the terminal, for people: adds heads and bit/s, and leaves out
 * columns that have no room. A long key or a note can still be wider.
 * @example
 * ```ts
 * formatMapContents(tick); // "\t192.0.2.10 => 400  +400  573.6 kB  399/s\n"
 * ```
 */
export function formatMapContents(record: CountRecord, width?: number): string {
  const columns = [
    ...(record.type === "tick" ? [ADDED] : []),
    ...[BYTES, PACKET_RATE],
    ...(width === undefined ? [] : [BIT_RATE]),
  ];
  const rows = new AlignedRows(1 + columns.length);
  if (width !== undefined && record.shown.sources > 0) {
    rows.add(`${record.by.join()} => packets`);
    for (const { head } of columns) rows.add(head);
  }
  for (const source of record.sources) {
    rows.add(`${source.key} => ${(source.run ?? source).packets}`);
    for (const { cell } of columns) rows.add(cell(source, record));
    if (source.run === undefined || record.names !== undefined) {
      rows.note(noteOf(source, record.names));
    }
  }
  rows.fit(
    (width ?? Infinity) - TAB_WIDTH,
    LESS_IMPORTANT.flatMap((column) => {
      const at = columns.indexOf(column);
      return at < 0 ? [] : [1 + at];
    }),
  );
  return rows.text();
}

/** What follows the columns of a row: what is known of its address, and a remark. */
function noteOf(source: ShownSource, names: Names | undefined): string {
  const name = names === undefined ? "" : namingText(names.of(placeOf(source)));
  const note = source.run === undefined ? NOT_KEPT : "";
  return [name, note].map((part) => part === "" ? "" : `  ${part}`).join("");
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
function name({ interface: of, direction }: CountRecord): string {
  return visible(direction === "in" ? of : `${of} out`);
}

function ticks({ ticks, elapsed }: EndRecord): string {
  return `${plural(ticks, "tick")} in ${elapsed.toFixed(3)} s`;
}

function merged({ skipped }: TickRecord): string {
  return skipped === 0 ? "" : ` (with ${plural(skipped, "missed deadline")})`;
}
