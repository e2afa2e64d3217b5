/** Takes a record whole or not at all: every field that a report uses is checked. */
import {
  fieldInJson,
  type FieldName,
  type FieldValue,
  keyText,
  VERDICTS,
} from "../basics/keys.ts";
import {
  type CaptureRecord,
  type ClassCount,
  type ClassCounts,
  kindOfRows,
  type SourceCount,
} from "./capture_record.ts";
import { requireBalance } from "./balance.ts";
import { CountSum, isCount, type JsonCount, plainCount } from "./counts.ts";
import { recordHash, rowSums, windowHash } from "./record_hash.ts";
import { parseTime } from "./record_time.ts";
import { mixed } from "./row_hash.ts";
import type { ScannedClasses } from "./class_scanner.ts";
import { ScannedSources } from "./source_scanner.ts";

const NONE: ClassCount = { packets: 0, bytes: 0 };

/** The field of rows that are sources. */
const ADDRESS = "ip";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Checks a parsed line.
 *
 * @param scanned the sources, if they were scanned instead of parsed
 * @throws {SyntaxError} why it is not a record of schema 1
 */
export function checkedRecord(
  parsed: unknown,
  scanned: ScannedSources | undefined,
): CaptureRecord {
  const fields = fieldsOf(parsed);
  if (fields?.schema !== 1) throw new SyntaxError("not a record of schema 1");
  const { type, direction = "in" } = fields;
  if (direction !== "in" && direction !== "out") {
    throw new SyntaxError('its "direction" is neither in nor out');
  }
  const by = fields.by === undefined ? "source" : textOf(fields, "by");
  const name = {
    host: textOf(fields, "host"),
    run: textOf(fields, "run"),
    interface: textOf(fields, "interface"),
    isOut: direction === "out",
    by: kindOfRows(by, fields.inner !== undefined),
    isCsv: false,
  };
  const start = timeOf(fields, "start");
  if (type === "start") {
    const hash = recordHash(mixed(0, start));
    const isOfFile = fields.mode === "file";
    const interval = intervalOf(fields);
    return { type, ...name, start, interval, isOfFile, hash };
  }
  if (type !== "tick" && type !== "end") {
    throw new SyntaxError('its "type" is none of start, tick and end');
  }
  const end = timeOf(fields, "end");
  if (end < start) throw new SyntaxError("it ends before it starts");
  const { complete: isComplete } = fields;
  if (typeof isComplete !== "boolean") {
    throw new SyntaxError('its "complete" is neither true nor false');
  }
  const counts = {
    ...countsOf(fields, scanned?.classes ?? []),
    ...verdictsOf(fields),
  };
  const sources = scanned ?? sourcesOf(fields.sources, fieldsOfRows(by));
  const sums = sources instanceof ScannedSources ? sources : rowSums(sources);
  if (isComplete) requireBalance(counts, sources);
  const { linear } = sums;
  const span = { ...name, start, end, isComplete, counts, linear };
  const rest = mixed(sums.hash, Number(isComplete));
  const hash = windowHash(start, end, counts, rest);
  if (type === "tick") {
    const seq = wholeOf(fields, "seq", 1);
    return { type, ...span, seq, sources, hash: recordHash(hash) };
  }
  const ticks = wholeOf(fields, "ticks", 0);
  const reason = textOf(fields, "reason");
  const whole = mixed(mixed(hash, ticks), reason);
  return { type, ...span, ticks, reason, hash: recordHash(whole) };
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Fields
    : undefined;
}

function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === "string") return value;
  throw new SyntaxError(`its "${name}" is not a text`);
}

function timeOf(fields: Fields, name: string): number {
  const time = parseTime(fields[name]);
  if (!Number.isNaN(time)) return time;
  throw new SyntaxError(`its "${name}" is not a time`);
}

/** In ms. No number depends on it, so a start record without one is whole. */
function intervalOf({ interval }: Fields): number | undefined {
  const isLength = typeof interval === "number" && interval > 0 &&
    Number.isFinite(interval);
  return isLength ? interval * 1000 : undefined;
}

function wholeOf(fields: Fields, name: string, least: number): number {
  const value = fields[name];
  if (isCount(value) && typeof value === "number" && value >= least) {
    return value;
  }
  throw new SyntaxError(`its "${name}" is not a whole number from ${least} on`);
}

/** @param scanned the counters of all classes but the total, if they were scanned */
function countsOf(
  fields: Fields,
  scanned: readonly JsonCount[],
): ClassCounts {
  const total = classOf(fields, "total");
  if (scanned.length === 0) return parsedCounts(fields, total);
  // deno-fmt-ignore
  const [
    , p0, b0,
    p1, b1, full, noMemory, busy,
    p2, b2, types,
    p3, b3, cut, version, length,
    p4, b4,
    p5, b5,
  ] = scanned as ScannedClasses;
  requireCauses("untracked", p1, [full, noMemory, busy]);
  requireCauses("nonIp", p2, [types]);
  requireCauses("malformed", p3, [cut, version, length]);
  return {
    total,
    others: { packets: p0, bytes: b0 },
    untracked: { packets: p1, bytes: b1 },
    nonIp: { packets: p2, bytes: b2 },
    malformed: { packets: p3, bytes: b3 },
    filtered: { packets: p4, bytes: b4 },
    undecoded: { packets: p5, bytes: b5 },
  };
}

function parsedCounts(fields: Fields, total: ClassCount): ClassCounts {
  const counts = {
    total,
    others: classOf(fields, "others"),
    untracked: classOf(fields, "untracked"),
    nonIp: classOf(fields, "nonIp"),
    malformed: classOf(fields, "malformed"),
    // Records of versions without `--filter` and `--inner` lack them.
    filtered: laterClassOf(fields, "filtered"),
    undecoded: laterClassOf(fields, "undecoded"),
  };
  const { full, noMemory, busy } = fields.untracked as Fields;
  requireCausesIn("untracked", fields, [full, noMemory, busy]);
  // Likewise the causes of these.
  const { types } = fields.nonIp as Fields;
  if (types !== undefined) {
    const known = fieldsOf(types);
    requireCausesIn("nonIp", fields, known ? Object.values(known) : [types]);
  }
  const { cut, version, length } = fields.malformed as Fields;
  if (cut !== undefined) {
    requireCausesIn("malformed", fields, [cut, version, length]);
  }
  return counts;
}

/** Only records of runs that observe an XDP program have them. */
function verdictsOf({ verdicts }: Fields): Partial<ClassCounts> {
  if (verdicts === undefined) return {};
  const named = fieldsOf(verdicts) ?? { verdicts };
  const other = Object.keys(named).find((name) =>
    !(VERDICTS as readonly string[]).includes(name)
  );
  if (other !== undefined) {
    throw new SyntaxError(`its "verdicts" have "${other}", which is none`);
  }
  return Object.fromEntries(
    Object.keys(named).map((name) => [name, classOf(named, name)]),
  );
}

function laterClassOf(fields: Fields, name: string): ClassCount {
  return fields[name] === undefined ? NONE : classOf(fields, name);
}

function requireCausesIn(
  name: string,
  fields: Fields,
  causes: readonly unknown[],
): void {
  if (!causes.every(isCount)) {
    throw new SyntaxError(`a cause of its "${name}" is not a count`);
  }
  const { packets } = fields[name] as Fields;
  requireCauses(name, packets as JsonCount, causes);
}

/** @throws {SyntaxError} the causes of a class do not add up to its packets */
function requireCauses(
  name: string,
  packets: JsonCount,
  causes: readonly JsonCount[],
): void {
  const sum = new CountSum();
  for (const cause of causes) sum.add(cause);
  if (sum.equals(packets)) return;
  throw new SyntaxError(`the causes of its "${name}" do not add up to it`);
}

function classOf(fields: Fields, name: string): ClassCount {
  const { packets, bytes } = fieldsOf(fields[name]) ?? {};
  if (isCount(packets) && isCount(bytes)) {
    return { packets: plainCount(packets), bytes: plainCount(bytes) };
  }
  throw new SyntaxError(
    `its "${name}" is not two counts, of packets and of bytes`,
  );
}

/** The names of a row's fields, from the list of `--by`. */
function fieldsOfRows(by: string): readonly string[] {
  return by === "source"
    ? [ADDRESS]
    : by.split(",").map((name) => fieldInJson(name as FieldName));
}

/** Whether the rows of a record have just the fields that it says. */
export function hasOnlyItsFields(
  { by = "source" }: { readonly by?: unknown },
  { length, fields }: ScannedSources,
): boolean {
  return length === 0 || typeof by === "string" &&
      fields.join() === fieldsOfRows(by).join();
}

function sourcesOf(
  value: unknown,
  names: readonly string[],
): SourceCount[] {
  if (!Array.isArray(value)) throw new SyntaxError('its "sources" is no list');
  return value.map((row) => {
    const { packets, bytes, ...fields } = fieldsOf(row) ?? {};
    const values = names.map((name) => fields[name]);
    const isAddress = names[0] !== ADDRESS || typeof values[0] === "string";
    if (
      isAddress && values.every(isFieldValue) && isCount(packets) &&
      isCount(bytes)
    ) {
      const count = { packets: plainCount(packets), bytes: plainCount(bytes) };
      return { key: keyText(values), values, ...count };
    }
    throw new SyntaxError(
      `one of its "sources" is not ${names.join(", ")} with two counts`,
    );
  });
}

function isFieldValue(value: unknown): value is FieldValue {
  return value === null || typeof value === "string" || isCount(value);
}
