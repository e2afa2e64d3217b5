import { minus, NOTHING, plus, type Tally } from "./source_list.ts";

/** Packets whose source had no room, by the cause. */
export interface Untracked extends Tally {
  readonly full: bigint;
  readonly noMemory: bigint;
  readonly busy: bigint;
}

/** Every frame of a window or of a run, but for those of the listed sources. */
export interface Books {
  /** Counted on its own, before anything else. */
  readonly total: Tally;
  readonly untracked: Untracked;
  readonly nonIp: Tally;
  readonly malformed: Tally;
  /** Of sources that a filter leaves out. */
  readonly filtered: Tally;
}

export const EMPTY_BOOKS: Books = {
  total: NOTHING,
  untracked: { ...NOTHING, full: 0n, noMemory: 0n, busy: 0n },
  nonIp: NOTHING,
  malformed: NOTHING,
  filtered: NOTHING,
};

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

/** The books with `tally` moved to the untracked, because a table was full. */
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

/** What is left of the total for the sources. */
export function sourcesOf({ total, ...rest }: Books): Tally {
  return [rest.untracked, rest.nonIp, rest.malformed, rest.filtered]
    .reduce(minus, total);
}

/** The rule: total = sources + untracked + non-IP + malformed + filtered, both counters. */
export function balances(books: Books, sources: Tally): boolean {
  const { packets, bytes } = sourcesOf(books);
  return sources.packets === packets && sources.bytes === bytes;
}
