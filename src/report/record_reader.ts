import { SourceRows } from "./source_scanner.ts";

/** Packets and bytes of everything, in the order of `CLASSES`. */
export const CLASSES = [
  "total",
  "others",
  "untracked",
  "nonIp",
  "malformed",
  "filtered",
] as const;
export type Class = typeof CLASSES[number];

/** Records from before there was a filter have none of it. */
const MAY_BE_MISSING: Class = "filtered";

interface JsonTally {
  readonly packets: number | string;
  readonly bytes: number | string;
}

/** A record of schema 1, as far as it was looked at. */
export type JsonRecord = Record<Class, JsonTally> & {
  readonly schema: number;
  readonly type: string;
  readonly host: string;
  readonly run: string;
  readonly interface: string;
  readonly start: string;
  readonly end: string;
  readonly reason: string;
  readonly complete: boolean;
  sources:
    | SourceRows
    | readonly (JsonTally & { readonly ip?: string; readonly key?: string })[];
  /** Records from before there was any other have none. */
  readonly direction?: "in" | "out";
};

const BRACKET = 0x5b;
const SOURCES = new TextEncoder().encode(',"sources":');
/** Stands where the sources were. */
const TAKEN = -1;
const TAKEN_BYTES = new TextEncoder().encode(String(TAKEN));

/** Reads the lines of captures. What it returns is good until the next line. */
export class LineReader {
  readonly #rows = new SourceRows();
  readonly #decoder = new TextDecoder();
  /** A line without its sources. */
  #short = new Uint8Array(4096);

  /** @throws {SyntaxError} it is no record, or a tick that is not whole */
  read(line: Uint8Array): JsonRecord {
    const record = this.#readShort(line) ?? this.#parse(line);
    if (record?.schema !== 1) throw new SyntaxError("not a record of schema 1");
    if (record.type === "tick") requireTick(record);
    return record;
  }

  #parse(bytes: Uint8Array): JsonRecord {
    return JSON.parse(this.#decoder.decode(bytes)) as JsonRecord;
  }

  /** Undefined: the sources are not where and as xdptally writes them. */
  #readShort(line: Uint8Array): JsonRecord | undefined {
    const bracket = line.indexOf(BRACKET);
    const name = bracket - SOURCES.length;
    if (!SOURCES.every((byte, at) => line[name + at] === byte)) return;
    const end = this.#rows.read(line, bracket + 1);
    if (end < 0) return;
    const after = line.subarray(end + 1);
    const resumed = bracket + TAKEN_BYTES.length;
    const length = resumed + after.length;
    if (length > this.#short.length) this.#short = new Uint8Array(length);
    const short = this.#short;
    short.set(line.subarray(0, bracket));
    short.set(TAKEN_BYTES, bracket);
    short.set(after, resumed);
    try {
      const record = this.#parse(short.subarray(0, length));
      // Else they were some other object's.
      if ((record.sources as unknown) !== TAKEN) return;
      record.sources = this.#rows;
      return record;
    } catch {
      return; // parsed whole, it is refused with the right words
    }
  }
}

/** A record counts whole, or not at all. */
function requireTick(record: JsonRecord): void {
  const isTally = (tally: JsonTally | undefined) =>
    tally?.packets !== undefined && tally.bytes !== undefined;
  if (
    !CLASSES.every((name) =>
      isTally(record[name]) ||
      name === MAY_BE_MISSING && record[name] === undefined
    ) ||
    !(record.sources instanceof SourceRows) &&
      !(Array.isArray(record.sources) && record.sources.every(isTally))
  ) {
    throw new SyntaxError("a tick without all of its counts");
  }
}
