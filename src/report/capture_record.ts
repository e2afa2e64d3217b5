/** What a report takes of the records of captures. */
import { type FieldValue, type Verdict, VERDICTS } from "../basics/keys.ts";
import type { JsonCount } from "./counts.ts";
import type { ScannedSources } from "./source_scanner.ts";

/** What the packets of a tick are divided into, and their total. */
export const PACKET_CLASSES = [
  "total",
  "others",
  "untracked",
  "nonIp",
  "malformed",
  "filtered",
  "undecoded",
] as const;
type PacketClass = typeof PACKET_CLASSES[number];

/** The classes, and the verdicts that divide the total once more. */
export const COUNTED = [...PACKET_CLASSES, ...VERDICTS] as const;

/** Packets and bytes of a class. */
export interface ClassCount {
  readonly packets: JsonCount;
  readonly bytes: JsonCount;
}

/** By class; by verdict only where an XDP program was observed. */
export type ClassCounts =
  & Readonly<Record<PacketClass, ClassCount>>
  & Readonly<Partial<Record<Verdict, ClassCount>>>;

/** A row of a tick whose line was parsed. */
export interface SourceCount extends ClassCount {
  /** For people, as `keyText` of src/basics/keys.ts makes it. */
  readonly key: string;
  readonly values: readonly FieldValue[];
}

const INNER = " inside tunnels";

/** What rows stand for: the fields of `--by`, and whether with `--inner`. */
export function kindOfRows(by: string, isInner: boolean): string {
  return isInner ? by + INNER : by;
}

/** The fields alone. */
export function fieldsOfKind(kind: string): string {
  return kind.endsWith(INNER) ? kind.slice(0, -INNER.length) : kind;
}

/** The run of a record, on one interface in one direction. */
export interface RunName {
  readonly host: string;
  readonly run: string;
  readonly interface: string;
  readonly isOut: boolean;
  /** What its rows stand for, as `kindOfRows` says it; undefined: CSV without a header. */
  readonly by: string | undefined;
  /** CSV has ticks alone: a run of it lacks neither start nor end. */
  readonly isCsv: boolean;
}

interface StartOfRun extends RunName {
  readonly type: "start";
  /** Milliseconds since 1970. */
  readonly start: number;
  /** The longest a tick of the run should be, in ms; undefined: it is not said. */
  readonly interval: number | undefined;
  /** Whether it is of a capture of packets: time without a packet has no tick. */
  readonly isOfFile: boolean;
  /** A checksum of what the record says, to compare two of them with. */
  readonly hash: number;
}

/** One window of a run. */
export interface Tick extends RunName {
  readonly type: "tick";
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly end: number;
  readonly isComplete: boolean;
  readonly counts: ClassCounts;
  readonly sources: ScannedSources | readonly SourceCount[];
  /** Of its sources; see `RowSums`. */
  readonly linear: number;
  readonly hash: number;
}

/** What a run says about itself at its end. */
export interface EndOfRun extends RunName {
  readonly type: "end";
  readonly reason: string;
  readonly ticks: number;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly end: number;
  readonly isComplete: boolean;
  readonly counts: ClassCounts;
  /** Of its sources; see `RowSums`. */
  readonly linear: number;
  readonly hash: number;
}

export type CaptureRecord = StartOfRun | Tick | EndOfRun;
