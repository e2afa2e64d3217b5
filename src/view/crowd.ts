/** What kind of crowd some sources are: how many are new, and from how many networks. */
import { NETWORK_BITS } from "./grouping.ts";
import type { SourceRow } from "./source_rows.ts";

/** Sources of the last tick, or of the run. */
export interface Crowd {
  /** Rows that the last tick was the first to have. */
  readonly fresh: number;
  /** Different networks, by the bytes of an address: /24s of 4, /64s of 16. */
  readonly networks: Readonly<Record<number, number>>;
}

/**
 * @param tick when the last tick began, in seconds of the view's clock
 */
export function crowdOf(rows: Iterable<SourceRow>, tick: number): Crowd {
  const count = {};
  const networks = { 4: 0, 16: 0 } as Record<number, number>;
  let fresh = 0;
  for (const { network, born } of rows) {
    if (born === tick) fresh++;
    if (network === undefined || network.countedBy === count) continue;
    network.countedBy = count;
    networks[network.size]!++;
  }
  return { fresh, networks };
}

/** `120 new/s`, `5,800 /24s` and `12 /64s`, without those that are not there. */
export function crowdTexts(
  { fresh, networks }: Crowd,
  seconds: number,
  format: (count: number) => string,
): string[] {
  const named = Object.entries(networks).filter(([, count]) => count > 0)
    .map(([size, count]) =>
      `${format(count)} /${NETWORK_BITS[Number(size)]}${count === 1 ? "" : "s"}`
    );
  return [`${format(Math.round(fresh / seconds))} new/s`, ...named];
}
