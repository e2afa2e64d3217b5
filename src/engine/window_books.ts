/** The books of a window, from the counters of the maps. */
import { VERDICTS } from "../basics/keys.ts";
import { etherTypeName } from "../basics/protocols.ts";
import type { Drained } from "../bpf/generations.ts";
import { TOTALS } from "../bpf/layout.ts";
import type { Hook } from "../hooks/hook.ts";
import { type Books, verdictsOf } from "../tally/books.ts";

/**
 * Names the counters that `Generations.drain` returns; those of a program that rides on
 * another one have its verdicts.
 */
export function booksOf(
  { words, types }: Drained,
  { needsHolder }: Hook,
): Books {
  const tally = (at: number) => ({
    packets: words[at]!,
    bytes: words[at + 1]!,
  });
  return {
    total: tally(TOTALS.total),
    untracked: {
      ...tally(TOTALS.untracked),
      full: words[TOTALS.full]!,
      noMemory: words[TOTALS.noMemory]!,
      busy: words[TOTALS.busy]!,
    },
    nonIp: {
      ...tally(TOTALS.nonIp),
      types: new Map(
        Array.from(types, ([type, packets]) => [etherTypeName(type), packets]),
      ),
    },
    malformed: {
      ...tally(TOTALS.malformed),
      cut: words[TOTALS.cut]!,
      version: words[TOTALS.version]!,
      length: words[TOTALS.length]!,
    },
    filtered: tally(TOTALS.filtered),
    undecoded: tally(TOTALS.undecoded),
    verdicts: needsHolder &&
      verdictsOf((verdict) =>
        tally(TOTALS.verdicts + 2 * VERDICTS.indexOf(verdict))
      ),
  };
}
