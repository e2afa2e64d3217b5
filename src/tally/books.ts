/** Books: every frame that was counted, divided into classes that add up. */
import { type Verdict, VERDICTS } from "../basics/keys.ts";
import { minus, NOTHING, plus, type Tally } from "./source_list.ts";

/** Packets whose source has no table entry. The causes count packets. */
export interface Untracked extends Tally {
  /** `--max-sources` was reached. */
  readonly full: bigint;
  /** The CPU was added after the start, and has no counters in the maps. */
  readonly noMemory: bigint;
  /** The index had no free slot near the source's hash. */
  readonly busy: bigint;
}

/** Frames without an IP packet. */
export interface NonIp extends Tally {
  /** Packets by the name of the EtherType: the first ones that were seen. */
  readonly types: ReadonlyMap<string, bigint>;
}

/** Frames without a valid IP header. The causes count packets. */
export interface Malformed extends Tally {
  /** The frame ends before the header does. */
  readonly cut: bigint;
  /** The header is of another version than the frame says. */
  readonly version: bigint;
  /** An IPv4 header that says it has fewer than 20 bytes. */
  readonly length: bigint;
}

/** The books of a window or a run: all frames, except those counted by source. */
export interface Books {
  /** All frames; the program counts them separately, before it looks at one. */
  readonly total: Tally;
  readonly untracked: Untracked;
  readonly nonIp: NonIp;
  readonly malformed: Malformed;
  /** Packets of sources that `--filter` excludes. */
  readonly filtered: Tally;
  /** Packets in tunnels that cannot be read. */
  readonly undecoded: Tally;
  /** All frames once more, by what the XDP program did; undefined: nobody looked. */
  readonly verdicts?: Verdicts | undefined;
}

/** Frames by what an XDP program did with them. */
export type Verdicts = Readonly<Record<Verdict, Tally>>;

/** Of a run that has seen nothing yet. */
export const NO_VERDICTS = verdictsOf(() => NOTHING);

/** Verdicts by what `tally` says of each. */
export function verdictsOf(tally: (verdict: Verdict) => Tally): Verdicts {
  return Object.fromEntries(
    VERDICTS.map((verdict) => [verdict, tally(verdict)]),
  ) as Record<Verdict, Tally>;
}

/** Those that occurred, in their order. */
export function seenVerdicts(verdicts: Verdicts): [Verdict, Tally][] {
  return VERDICTS.map((name): [Verdict, Tally] => [name, verdicts[name]])
    .filter(([, { packets }]) => packets > 0n);
}

/** Books without any frame. */
export const EMPTY_BOOKS: Books = {
  total: NOTHING,
  untracked: { ...NOTHING, full: 0n, noMemory: 0n, busy: 0n },
  nonIp: { ...NOTHING, types: new Map() },
  malformed: { ...NOTHING, cut: 0n, version: 0n, length: 0n },
  filtered: NOTHING,
  undecoded: NOTHING,
};

/** The sum of two books, class by class. */
export function addBooks(a: Books, b: Books): Books {
  return {
    total: plus(a.total, b.total),
    untracked: {
      ...plus(a.untracked, b.untracked),
      full: a.untracked.full + b.untracked.full,
      noMemory: a.untracked.noMemory + b.untracked.noMemory,
      busy: a.untracked.busy + b.untracked.busy,
    },
    nonIp: {
      ...plus(a.nonIp, b.nonIp),
      types: addTypes(a.nonIp.types, b.nonIp.types),
    },
    malformed: {
      ...plus(a.malformed, b.malformed),
      cut: a.malformed.cut + b.malformed.cut,
      version: a.malformed.version + b.malformed.version,
      length: a.malformed.length + b.malformed.length,
    },
    filtered: plus(a.filtered, b.filtered),
    undecoded: plus(a.undecoded, b.undecoded),
    verdicts: addVerdicts(a.verdicts, b.verdicts),
  };
}

function addVerdicts(
  a: Verdicts | undefined,
  b: Verdicts | undefined,
): Verdicts | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return verdictsOf((verdict) => plus(a[verdict], b[verdict]));
}

/** EtherTypes that books tell apart: whoever sends them all must not fill the memory. */
export const MOST_TYPES = 16;

function addTypes(
  a: NonIp["types"],
  b: NonIp["types"],
): ReadonlyMap<string, bigint> {
  if (b.size === 0) return a;
  const sum = new Map(a);
  for (const [type, packets] of b) {
    const known = sum.get(type);
    if (known !== undefined) sum.set(type, known + packets);
    else if (sum.size < MOST_TYPES) sum.set(type, packets);
  }
  return sum;
}

/** Packets of non-IP frames that are in none of `types`. */
export function otherTypes({ packets, types }: NonIp): bigint {
  return [...types.values()].reduce((rest, count) => rest - count, packets);
}

/** Books to which `tally` is added as untracked, because a table was full. */
export function withOverflow(books: Books, tally: Tally): Books {
  const { untracked } = books;
  return {
    ...books,
    untracked: {
      ...untracked,
      ...plus(untracked, tally),
      full: untracked.full + tally.packets,
    },
  };
}

/** What the sources must add up to: the total without all other classes. */
export function sourcesOf({ total, ...rest }: Books): Tally {
  const { untracked, nonIp, malformed, filtered, undecoded } = rest;
  return [untracked, nonIp, malformed, filtered, undecoded]
    .reduce<Tally>(minus, total);
}

/**
 * Whether total = sources + all classes, and, where there are verdicts, their sum, for
 * packets and bytes.
 */
export function balances(books: Books, sources: Tally): boolean {
  const { total, verdicts } = books;
  return isSame(sources, sourcesOf(books)) &&
    (verdicts === undefined ||
      isSame(total, Object.values(verdicts).reduce(plus, NOTHING)));
}

function isSame(a: Tally, b: Tally): boolean {
  return a.packets === b.packets && a.bytes === b.bytes;
}
