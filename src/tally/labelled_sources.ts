/** Chooses the labelled sources: those with a series of their own in metrics. */
import { FAMILIES, type Family } from "../basics/address.ts";
import { type Source, sourceAt } from "./rank.ts";
import { NOTHING, plus, type SourceList, type Tally } from "./source_list.ts";
import type { SourceTable } from "./source_table.ts";

/** A source by its row in the tables of the run; rows never move. */
interface LabelledSource {
  readonly family: Family;
  readonly row: number;
  /** What it has sent since it is labelled. */
  tally: Tally;
}

/**
 * The sources with most packets in the run, each with a series of its own in
 * metrics. A counter must not fall, so the series starts with the tick in which the
 * source is chosen: what it sent before counts as "other", and all of it does once
 * the source is no longer among the first. Labelled sources and "other" therefore
 * always add up to all sources.
 */
export class LabelledSources {
  readonly #top: number;
  readonly #tables: Record<Family, SourceTable>;
  #sources: LabelledSource[] = [];

  constructor(top: number, tables: Record<Family, SourceTable>) {
    this.#top = top;
    this.#tables = tables;
  }

  /** Chooses again after a window. The tables must already contain it. */
  take(window: Record<Family, SourceList>): void {
    const known = new Map(
      this.#sources.map((source) => [idOf(source), source]),
    );
    const enough = this.#sources.length < this.#top ? 0 : this.#sources.reduce(
      (least, source) => Math.min(least, this.#packets(source)),
      Infinity,
    );
    const newcomers: LabelledSource[] = [];
    const gains: [LabelledSource, Tally][] = [];
    for (const family of FAMILIES) {
      const list = window[family];
      for (let at = 0; at < list.length; at++) {
        const row = this.#tables[family].rowOf(list, at);
        if (row === undefined) continue; // untracked
        let source = known.get(idOf({ family, row }));
        if (source === undefined) {
          if (this.#tables[family].packets(row) <= enough) continue;
          source = { family, row, tally: NOTHING };
          newcomers.push(source);
        }
        gains.push([source, list.tally(at)]);
      }
    }
    for (const [source, gain] of gains) {
      source.tally = plus(source.tally, gain);
    }
    // The sort is stable: a source stays labelled if a newcomer has as many packets.
    this.#sources = [...this.#sources, ...newcomers]
      .sort((a, b) => this.#packets(b) - this.#packets(a))
      .slice(0, this.#top);
  }

  /** The labelled sources, with what they have sent since they are labelled. */
  get sources(): Source[] {
    return this.#sources.map(({ family, row, tally }) => ({
      ...sourceAt({ list: this.#tables[family], row }),
      ...tally,
    }));
  }

  /** Packets of the whole run. */
  #packets({ family, row }: LabelledSource): number {
    return this.#tables[family].packets(row);
  }
}

function idOf({ family, row }: Omit<LabelledSource, "tally">): number {
  return row * FAMILIES.length + FAMILIES.indexOf(family);
}
