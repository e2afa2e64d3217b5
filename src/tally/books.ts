/** Books: every frame that was counted, divided into classes that add up. */
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

/** The books of a window or a run: all frames, except those counted by source. */
export interface Books {
  /** All frames; the program counts them separately, before it looks at one. */
  readonly total: Tally;
  readonly untracked: Untracked;
  readonly nonIp: Tally;
  readonly malformed: Tally;
  /** Packets of sources that `--filter` excludes. */
  readonly filtered: Tally;
}

/** Books without any frame. */
export const EMPTY_BOOKS: Books = {
  total: NOTHING,
  untracked: { ...NOTHING, full: 0n, noMemory: 0n, busy: 0n },
  nonIp: NOTHING,
  malformed: NOTHING,
  filtered: NOTHING,
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
    nonIp: plus(a.nonIp, b.nonIp),
    malformed: plus(a.malformed, b.malformed),
    filtered: plus(a.filtered, b.filtered),
  };
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
  return [rest.untracked, rest.nonIp, rest.malformed, rest.filtered]
    .reduce(minus, total);
}

/** Whether total = sources + untracked + non-IP + malformed + filtered, for packets and bytes. */
export function balances(books: Books, sources: Tally): boolean {
  const { packets, bytes } = sourcesOf(books);
  return sources.packets === packets && sources.bytes === bytes;
}
