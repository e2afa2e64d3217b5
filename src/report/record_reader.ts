/** Reads records back from the lines of captures. */
import { ScannedSources } from "./source_scanner.ts";

/** What the packets of a tick are divided into, and their total. */
export const PACKET_CLASSES = [
  "total",
  "others",
  "untracked",
  "nonIp",
  "malformed",
  "filtered",
] as const;
export type PacketClass = typeof PACKET_CLASSES[number];

/** Records of versions without `--filter` lack it. */
const MAY_BE_MISSING: PacketClass = "filtered";

/** Integers are strings of digits from 2^53 on. */
interface JsonTally {
  readonly packets: number | string;
  readonly bytes: number | string;
}

/** The fields of a record of schema 1 that a report uses. */
export type JsonRecord = Record<PacketClass, JsonTally> & {
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
    | ScannedSources
    | readonly (JsonTally & { readonly ip?: string; readonly key?: string })[];
  /** Records of versions that counted incoming packets alone lack it. */
  readonly direction?: "in" | "out";
};

const BRACKET = 0x5b;
const SOURCES = new TextEncoder().encode(',"sources":');
/** Replaces the sources when the rest of a line is parsed. */
const TAKEN = -1;
const TAKEN_BYTES = new TextEncoder().encode(String(TAKEN));

/**
 * Reads the lines of captures. The record that `read` returns is valid until the
 * next call.
 */
export class LineReader {
  readonly #rows = new ScannedSources();
  readonly #decoder = new TextDecoder();
  /** A line without its sources. */
  #short = new Uint8Array(4096);

  /**
   * Reads one line, without its newline.
   *
   * @throws {SyntaxError} it is not a record of schema 1, or a tick that lacks
   * counts
   */
  read(line: Uint8Array): JsonRecord {
    const record = this.#readShort(line) ?? this.#parse(line);
    if (record?.schema !== 1) throw new SyntaxError("not a record of schema 1");
    if (record.type === "tick") requireTick(record);
    return record;
  }

  #parse(bytes: Uint8Array): JsonRecord {
    return JSON.parse(this.#decoder.decode(bytes)) as JsonRecord;
  }

  /**
   * Scans the sources and parses the rest, which is short. Undefined: the sources
   * are not written the way xdptally writes them.
   */
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
      // Otherwise the array that was replaced belongs to a nested object.
      if ((record.sources as unknown) !== TAKEN) return;
      record.sources = this.#rows;
      return record;
    } catch {
      return; // parsing the whole line gives the right message
    }
  }
}

/** Half a tick must not be added to the sums. @throws {SyntaxError} */
function requireTick(record: JsonRecord): void {
  const isTally = (tally: JsonTally | undefined) =>
    tally?.packets !== undefined && tally.bytes !== undefined;
  if (
    !PACKET_CLASSES.every((name) =>
      isTally(record[name]) ||
      name === MAY_BE_MISSING && record[name] === undefined
    ) ||
    !(record.sources instanceof ScannedSources) &&
      !(Array.isArray(record.sources) && record.sources.every(isTally))
  ) {
    throw new SyntaxError("a tick that lacks some of its counts");
  }
}
