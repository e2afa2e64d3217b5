import { FAMILIES, type Family } from "../basics/address.ts";
import { type Source, sourceAt } from "./rank.ts";
import { NOTHING, plus, type SourceList, type Tally } from "./source_list.ts";
import type { SourceTable } from "./source_table.ts";

/** A source by its row in the run's tables; rows are never moved. */
interface Label {
  readonly family: Family;
  readonly row: number;
  /** What it sent since it has the label. */
  tally: Tally;
}

/**
 * Chooses the sources that get a series of their own in metrics: those with
 * the most packets in the run. A series may only grow, so a source counts from
 * the tick that gave it the label; what it had before belongs to the others,
 * and so does all of it when it loses the label. Thus the labelled sources and
 * the others add up at any moment.
 */
export class LabelledSources {
  readonly #top: number;
  readonly #tables: Record<Family, SourceTable>;
  #labels: Label[] = [];

  constructor(top: number, tables: Record<Family, SourceTable>) {
    this.#top = top;
    this.#tables = tables;
  }

  /** Takes a window that the tables have already. */
  take(window: Record<Family, SourceList>): void {
    const labels = new Map(this.#labels.map((label) => [idOf(label), label]));
    const enough = this.#labels.length < this.#top ? 0 : this.#labels.reduce(
      (least, label) => Math.min(least, this.#packets(label)),
      Infinity,
    );
    const newcomers: Label[] = [];
    const gains: [Label, Tally][] = [];
    for (const family of FAMILIES) {
      const list = window[family];
      for (let at = 0; at < list.length; at++) {
        const row = this.#tables[family].rowOf(list, at);
        if (row === undefined) continue; // untracked
        let label = labels.get(idOf({ family, row }));
        if (label === undefined) {
          if (this.#tables[family].packets(row) <= enough) continue;
          label = { family, row, tally: NOTHING };
          newcomers.push(label);
        }
        gains.push([label, list.tally(at)]);
      }
    }
    for (const [label, gain] of gains) label.tally = plus(label.tally, gain);
    // The sort is stable: who has a label keeps it where a newcomer draws level.
    this.#labels = [...this.#labels, ...newcomers]
      .sort((a, b) => this.#packets(b) - this.#packets(a))
      .slice(0, this.#top);
  }

  /** The labelled sources, with what they sent since they have the label. */
  get sources(): Source[] {
    return this.#labels.map(({ family, row, tally }) => ({
      ...sourceAt({ list: this.#tables[family], row }),
      ...tally,
    }));
  }

  /** Packets in the run. */
  #packets({ family, row }: Label): number {
    return this.#tables[family].packets(row);
  }
}

function idOf({ family, row }: Omit<Label, "tally">): number {
  return row * FAMILIES.length + FAMILIES.indexOf(family);
}
