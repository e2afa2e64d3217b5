/** Says what a file seems to be, by its first bytes. */

const ascii = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));

/** First bytes of files, and what has them. */
const SIGNATURES: readonly (readonly [Uint8Array, string])[] = [
  [ascii("\x7fELF"), "an ELF executable"],
  [ascii("\x1f\x8b"), "damaged gzip"],
  [ascii("BZh"), "bzip2; decompress it first"],
  [ascii("\xfd7zXZ\0"), "xz; decompress it first"],
  [ascii("\x28\xb5\x2f\xfd"), "zstd; decompress it first"],
  [ascii("PK\x03\x04"), "a zip archive; extract it first"],
  [ascii("\xd4\xc3\xb2\xa1"), "a pcap file; use xdptally read"],
  [ascii("\xa1\xb2\xc3\xd4"), "a pcap file; use xdptally read"],
  [ascii("\x4d\x3c\xb2\xa1"), "a pcap file; use xdptally read"],
  [ascii("\xa1\xb2\x3c\x4d"), "a pcap file; use xdptally read"],
  [ascii("\x0a\x0d\x0d\x0a"), "a pcapng file; use xdptally read"],
  [ascii("PAR1"), "a Parquet file"],
  [ascii("%PDF"), "a PDF file"],
  [ascii("\x89PNG"), "a PNG image"],
  [ascii("SQLite format 3\0"), "an SQLite database"],
];

/** The text format: `eth0 2026-11-27T12:31:50Z tick 2: 1130 packets = …`. */
const TEXT_CAPTURE =
  /^\S+(?: out)? \d{4}-\d\d-\d\dT[\d:]+Z (?:tick \d+|end \(|so far)/m;
const METRICS = /^# (?:HELP|TYPE|UNIT|EOF)\b/m;
const CSV_CAPTURE = /^start,.*,class,/;
/** The same as a record, of the schema that is read. */
const RECORD_1 = /^\s*{.*"schema"\s*:\s*1\s*[,}]/;
const REPORT = /^{"type":"(?:row|interface|incomplete|problem|summary)"/;
const RECORD = /^\s*{.*"schema"/;
/** Control characters that no text has, and what a decoder puts in place of bytes. */
const BINARY = /(?!\s)\p{Cc}|\ufffd/u;

/** What a file of a folder is, as far as it decides whether it is read. */
export type FileKind = "capture" | "empty" | "metrics" | "text" | "other";

/** @param first the first bytes of the file, decompressed; a few thousand are enough */
export function fileKindOf(first: Uint8Array): FileKind {
  const text = new TextDecoder().decode(first);
  if (RECORD_1.test(text)) return "capture";
  if (CSV_CAPTURE.test(text)) return hasRows(text) ? "capture" : "empty";
  if (text === "") return "empty";
  if (TEXT_CAPTURE.test(text)) return "text";
  return METRICS.test(text) ? "metrics" : "other";
}

function hasRows(csv: string): boolean {
  return csv.trim().includes("\n");
}

/**
 * Says what a file is that holds no record.
 *
 * @param first the first bytes of the file, decompressed; a few thousand are enough
 * @returns undefined: it seems to be a capture
 */
export function kindOf(first: Uint8Array, isGzip: boolean): string | undefined {
  const kind = plainKind(first);
  return kind === undefined || !isGzip ? kind : `gzip of ${kind}`;
}

function plainKind(first: Uint8Array): string | undefined {
  if (first.length === 0) return "empty";
  const signed = SIGNATURES.find(([signature]) =>
    signature.every((byte, at) => first[at] === byte)
  );
  if (signed !== undefined) return signed[1];
  if (first.every((byte) => byte === 0)) return "zero bytes only";
  const text = new TextDecoder().decode(first).replace(/\ufffd$/, "");
  if (text.trim() === "") return "blank lines only";
  if (RECORD.test(text)) return undefined;
  if (TEXT_CAPTURE.test(text)) {
    return "a text capture of xdptally: it cannot be read back; capture with -o FILE.jsonl";
  }
  if (METRICS.test(text)) return "a Prometheus page";
  if (CSV_CAPTURE.test(text)) {
    return hasRows(text) ? undefined : "a CSV capture without rows";
  }
  if (REPORT.test(text)) return "a report of xdptally, not a capture";
  if (BINARY.test(text)) return "binary data";
  if (/^\s*[{[]/.test(text)) return "JSON, but not of xdptally";
  if (/^\s*</.test(text)) return "HTML or XML";
  return text.startsWith("#!") ? "a script" : "text, but not of xdptally";
}
