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

/** Counts a crowd, row by row. */
export class CrowdCounter {
  readonly #tick: number;
  #fresh = 0;
  readonly #networks = { 4: 0, 16: 0 } as Record<number, number>;

  /** @param tick when the last tick began, in seconds of the view's clock */
  constructor(tick: number) {
    this.#tick = tick;
  }

  add({ network, born }: SourceRow): void {
    if (born === this.#tick) this.#fresh++;
    if (network === undefined || network.countedBy === this) return;
    network.countedBy = this;
    this.#networks[network.size]!++;
  }

  get crowd(): Crowd {
    return { fresh: this.#fresh, networks: this.#networks };
  }
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
