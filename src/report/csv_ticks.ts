/** Puts ticks together from the rows of CSV captures. */
import { csvFields } from "../basics/csv_field.ts";
import {
  byText,
  FIELD_NAMES,
  fieldInSnakeCase,
  type FieldName,
  keyText,
  VERDICTS,
} from "../basics/keys.ts";
import { isCount, plainCount } from "./counts.ts";
import {
  type ClassCount,
  type ClassCounts,
  COUNTED,
  kindOfRows,
  PACKET_CLASSES,
  type SourceCount,
  type Tick,
} from "./capture_record.ts";
import { requireBalance } from "./balance.ts";
import { recordHash, rowSums, windowHash } from "./record_hash.ts";
import { parseTime } from "./record_time.ts";
import { mixed } from "./row_hash.ts";

/** The columns that a tick is made of, in the order in which xdptally writes them. */
const COLUMNS = [
  "start",
  "end",
  "host",
  "interface",
  "class",
  "packets",
  "bytes",
  "total_packets",
  "total_bytes",
  "run",
  "seq",
  "elapsed",
] as const;
type Column = typeof COLUMNS[number];

/** The columns of a row, and the fields of its key; a file without a header has the usual ones. */
interface Header {
  readonly columns: ReadonlyMap<Column, number>;
  readonly fields: readonly FieldName[];
  /** Where the fields are. */
  readonly at: readonly number[];
  /** How many columns there are. */
  readonly width: number;
  /** Undefined: there was no header. */
  readonly by: string | undefined;
}

const KEY_AT = COLUMNS.indexOf("class") + 1;
const USUAL: Header = {
  columns: new Map(
    COLUMNS.map((name, at) => [name, at < KEY_AT ? at : at + 1]),
  ),
  fields: ["source"],
  at: [KEY_AT],
  width: COLUMNS.length + 1,
  by: undefined,
};

/** The classes that each tick has a row of. */
const NEEDED = PACKET_CLASSES.filter((name) => name !== "undecoded");
const NONE: ClassCount = { packets: 0, bytes: 0 };
const IS_VERDICT = new Set<string>(VERDICTS);

const FIRST_COLUMN = "start,";
/** The column of captures with `--inner`. */
const INNER = "inner";
/** Ends the name of an interface whose outgoing packets were counted. */
const OUT = ":out";
/**
 * Rows of ticks that are not whole yet, at most: two ticks of the most sources. A
 * tick takes as much memory as WEIGHT rows.
 */
const MOST_ROWS = 2 ** 22;
const WEIGHT = 16;

/** The rows of a tick that were read so far. */
interface Begun {
  readonly id: string;
  /** The number of its first line. */
  readonly line: number;
  readonly fields: Readonly<Record<Column, string>>;
  readonly by: string | undefined;
  readonly counts: Partial<Record<typeof COUNTED[number], ClassCount>>;
  readonly sources: SourceCount[];
  packets: bigint;
}

/** A tick, or why a row or the rows of a tick are none. */
type CsvResult = Tick | { readonly line: number; readonly why: string };

/**
 * Reads the lines of a CSV capture in whatever order they come: a tick is whole
 * when it has a row of each class, and its rows add up to its total.
 *
 * @example
 * const ticks = new CsvTicks();
 * for (const [at, line] of lines.entries()) use(ticks.read(line, at + 1));
 * for (const result of ticks.finish()) use(result);
 */
export class CsvTicks {
  /** Undefined: the last header lacks columns. */
  #header: Header | undefined = USUAL;
  readonly #begun = new Map<string, Begun>();
  #rows = 0;

  /** Whether a line is the header of such a capture, or of an older one. */
  static isHeader(line: string): boolean {
    return line.startsWith(FIRST_COLUMN) && line.includes(",class,");
  }

  /** Whether a line is a row of such a capture; its header may be elsewhere. */
  static isRow(line: string): boolean {
    const [start, end, ...others] = csvFields(line) ?? [];
    return !Number.isNaN(parseTime(start)) && !Number.isNaN(parseTime(end)) &&
      others.length === COLUMNS.length - 1;
  }

  /** Takes a line. @returns what it completes, if anything */
  read(text: string, line: number): CsvResult | undefined {
    if (CsvTicks.isHeader(text)) return this.#readHeader(text, line);
    try {
      const begun = this.#add(text, line);
      return this.#isWhole(begun) ? this.#finishOne(begun) : this.#relieve();
    } catch (error) {
      return { line, why: (error as Error).message };
    }
  }

  /** Call at the end of the file. @returns what is left over: parts of ticks */
  finish(): CsvResult[] {
    return [...this.#begun.values()].map((begun) => this.#finishOne(begun));
  }

  #readHeader(text: string, line: number): CsvResult | undefined {
    const names = csvFields(text) ?? [];
    const columns = COLUMNS.map((name) => [name, names.indexOf(name)] as const);
    const missing = columns.filter(([, at]) => at < 0).map(([name]) => name);
    const fields = FIELD_NAMES.filter((name) =>
      names.includes(fieldInSnakeCase(name))
    );
    if (missing.length > 0 || fields.length === 0) {
      this.#header = undefined;
      const lacking = missing.join(", ") || "of a key";
      return { line, why: `a CSV capture without the columns ${lacking}` };
    }
    this.#header = {
      columns: new Map(columns),
      fields,
      at: fields.map((name) => names.indexOf(fieldInSnakeCase(name))),
      width: names.length,
      by: kindOfRows(byText({ fields }), names.includes(INNER)),
    };
  }

  #add(text: string, line: number): Begun {
    const { fields, key, by } = this.#cellsOf(text);
    const { run, interface: name, seq, start, end, host } = fields;
    const id = JSON.stringify([run, name, seq, start, end, host]);
    const begun = this.#begun.get(id) ??
      { id, line, fields, by, counts: {}, sources: [], packets: 0n };
    if (!/^\d+(?:\.\d+)?$/.test(fields.elapsed)) {
      throw new SyntaxError("its elapsed is not a number of seconds");
    }
    // The total of an observed XDP program has a row for each verdict.
    const [kind, verdict] = fields.class.split(":");
    const isTotal = kind === "total";
    const packets = fields[isTotal ? "total_packets" : "packets"];
    const bytes = fields[isTotal ? "total_bytes" : "bytes"];
    const others = isTotal ? fields.packets : fields.total_packets;
    if (!isCount(packets) || !isCount(bytes) || others !== "") {
      throw new SyntaxError("its counts are not two whole numbers");
    }
    const count = { packets: plainCount(packets), bytes: plainCount(bytes) };
    if (fields.class === "source") {
      begun.sources.push({ key: keyText(key), values: key, ...count });
    } else {
      const isPart = isTotal && verdict !== undefined;
      const name = COUNTED.find((name) =>
        name === (isPart ? verdict : fields.class)
      );
      if (name === undefined || isPart !== IS_VERDICT.has(name)) {
        throw new SyntaxError("its class is unknown");
      }
      if (begun.counts[name] !== undefined) {
        throw new SyntaxError(`its tick has class ${fields.class} twice`);
      }
      begun.counts[name] = count;
      if (isPart) begun.counts.total = plus(begun.counts.total ?? NONE, count);
    }
    if (!isTotal) begun.packets += BigInt(packets);
    if (!this.#begun.has(id)) this.#rows += WEIGHT;
    this.#begun.set(id, begun);
    this.#rows++;
    return begun;
  }

  /** The columns of a row, and the values of its key: an empty one is missing. */
  #cellsOf(text: string) {
    const header = this.#header;
    if (header === undefined) {
      throw new SyntaxError("the header before it lacks columns");
    }
    const cells = csvFields(text);
    if (cells?.length !== header.width) {
      const isCut = cells === undefined || cells.length < header.width;
      throw new SyntaxError(
        isCut
          ? "not a row of CSV, or cut off"
          : "more columns than the header before it",
      );
    }
    const entries = [...header.columns]
      .map(([name, at]) => [name, cells[at]!] as const);
    return {
      fields: Object.fromEntries(entries) as Record<Column, string>,
      key: header.at.map((at) => cells[at]! || null),
      by: header.by,
    };
  }

  #isWhole({ counts, packets }: Begun): boolean {
    const { total } = counts;
    return total !== undefined && packets === BigInt(total.packets) &&
      NEEDED.every((name) => counts[name] !== undefined);
  }

  /** Bounds the memory: rows of the tick that began first are given up. */
  #relieve(): CsvResult | undefined {
    if (this.#rows <= MOST_ROWS) return undefined;
    return this.#finishOne(this.#begun.values().next().value!);
  }

  #finishOne(begun: Begun): CsvResult {
    this.#begun.delete(begun.id);
    const { counts, sources } = begun;
    this.#rows -= WEIGHT + Object.keys(counts).length + sources.length;
    try {
      return tickOf(begun);
    } catch (error) {
      return { line: begun.line, why: (error as Error).message };
    }
  }
}

function plus(a: ClassCount, b: ClassCount): ClassCount {
  const sum = (unit: keyof ClassCount) =>
    plainCount(String(BigInt(a[unit]) + BigInt(b[unit])));
  return { packets: sum("packets"), bytes: sum("bytes") };
}

function tickOf({ fields, by, counts, sources }: Begun): Tick {
  const missing = NEEDED.filter((name) => counts[name] === undefined);
  if (missing.length > 0) {
    throw new SyntaxError(`a tick without its rows ${missing.join(", ")}`);
  }
  const all = { undecoded: NONE, ...counts } as ClassCounts;
  const [start, end] = [parseTime(fields.start), parseTime(fields.end)];
  const seq = Number(fields.seq);
  if (!(end >= start)) throw new SyntaxError("its times are not start and end");
  if (!/^[1-9]\d*$/.test(fields.seq) || !Number.isSafeInteger(seq)) {
    throw new SyntaxError("its seq is not a whole number from 1 on");
  }
  const isOut = fields.interface.endsWith(OUT);
  requireBalance(all, sources);
  const { hash, linear } = rowSums(sources);
  const rest = mixed(hash, 1); // complete
  return {
    type: "tick",
    host: fields.host,
    run: fields.run,
    interface: isOut
      ? fields.interface.slice(0, -OUT.length)
      : fields.interface,
    isOut,
    by,
    isCsv: true,
    seq,
    start,
    end,
    isComplete: true,
    counts: all,
    sources,
    linear,
    hash: recordHash(windowHash(start, end, all, rest)),
  };
}
