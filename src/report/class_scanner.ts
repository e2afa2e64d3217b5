/** Reads the classes of a tick, as src/formats/jsonl.ts writes them, without JSON.parse. */
import { CountSum, type JsonCount, plainCount } from "./counts.ts";
import { ascii, type LineScanner } from "./line_scanner.ts";

/** What is in front of each counter; `TYPES` stands for the EtherTypes. */
const TYPES = ascii("");
const COUNTERS = [
  ascii(',"others":{"sources":'),
  ...counters(""),
  ...counters('},"untracked":{'),
  ...["full", "noMemory", "busy"].map((name) => ascii(`,"${name}":`)),
  ...counters('},"nonIp":{'),
  TYPES,
  ...counters('},"malformed":{'),
  ...["cut", "version", "length"].map((name) => ascii(`,"${name}":`)),
  ...counters('},"filtered":{'),
  ...counters('},"undecoded":{'),
];

function counters(before: string): Uint8Array[] {
  const first = before === "" ? "," : before;
  return [ascii(`${first}"packets":`), ascii(',"bytes":')];
}

/** The counters of COUNTERS, in their order; `types` is the sum over the EtherTypes. */
// deno-fmt-ignore
export type ScannedClasses = readonly [
  sources: JsonCount, others: JsonCount, otherBytes: JsonCount,
  untracked: JsonCount, untrackedBytes: JsonCount,
  full: JsonCount, noMemory: JsonCount, busy: JsonCount,
  nonIp: JsonCount, nonIpBytes: JsonCount, types: JsonCount,
  malformed: JsonCount, malformedBytes: JsonCount,
  cut: JsonCount, version: JsonCount, length: JsonCount,
  filtered: JsonCount, filteredBytes: JsonCount,
  undecoded: JsonCount, undecodedBytes: JsonCount,
];

const BEFORE_TYPES = ascii(',"types":{');
const CLOSE = ascii("}"), COMMA = ascii(",");
const QUOTE = 0x22, COLON = 0x3a;
const HYPHEN = 0x2d, LETTER_Z = 0x7a, BACKSLASH = 0x5c;

/**
 * Reads the counters of the classes into `to`.
 *
 * @returns whether they are written as expected; if not, `to` is empty
 */
export function scanClasses(scanner: LineScanner, to: JsonCount[]): boolean {
  to.length = 0;
  for (const text of COUNTERS) {
    const count = text === TYPES
      ? scanTypes(scanner)
      : scanner.skip(text)
      ? scanner.count()
      : -1;
    if (count === -1) {
      to.length = 0;
      return false;
    }
    to.push(count);
  }
  if (scanner.skip(CLOSE)) return true;
  to.length = 0;
  return false;
}

/** The sum of the counters of the EtherTypes; -1: they are written in another way. */
function scanTypes(scanner: LineScanner): JsonCount {
  if (!scanner.skip(BEFORE_TYPES)) return -1;
  const sum = new CountSum();
  for (let isFirst = true; !scanner.skip(CLOSE); isFirst = false) {
    if (!isFirst && !scanner.skip(COMMA)) return -1;
    const count = skipName(scanner) ? scanner.count() : -1;
    if (count === -1) return -1;
    sum.add(count);
  }
  return plainCount(String(sum.value));
}

/** Steps over `"name":`; names have letters, digits and hyphens. */
function skipName(scanner: LineScanner): boolean {
  const { line } = scanner;
  let { at } = scanner;
  if (line[at++] !== QUOTE) return false;
  while (
    line[at]! >= HYPHEN && line[at]! <= LETTER_Z && line[at] !== BACKSLASH
  ) at++;
  if (line[at++] !== QUOTE || line[at++] !== COLON) return false;
  scanner.at = at;
  return true;
}
