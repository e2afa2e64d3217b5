/** Chooses the sources that have metrics of their own. */
import { FAMILIES, type Family } from "../basics/address.ts";
import { type Source, sourceAt } from "./rank.ts";
import { NOTHING, plus, type SourceList, type Tally } from "./source_list.ts";
import type { SourceTable } from "./source_table.ts";

/** A source by its row in the tables of the run; rows never move. */
interface Label {
  readonly family: Family;
  readonly row: number;
  /** What it has sent since it got the label. */
  tally: Tally;
}

/**
 * The sources with most packets in the run; each gets a label, that is, a series
 * of its own in metrics. A counter must not fall, so a source counts from the
 * tick in which it gets the label: what it sent before counts as "other", and
 * all of it does once the source loses the label. Labelled sources and "other"
 * therefore always add up to all sources.
 */
export class LabelledSources {
  readonly #top: number;
  readonly #tables: Record<Family, SourceTable>;
  #labels: Label[] = [];

  constructor(top: number, tables: Record<Family, SourceTable>) {
    this.#top = top;
    this.#tables = tables;
  }

  /** Updates the labels after a window. The tables must already contain it. */
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
    // The sort is stable: a source keeps its label if a newcomer has as many packets.
    this.#labels = [...this.#labels, ...newcomers]
      .sort((a, b) => this.#packets(b) - this.#packets(a))
      .slice(0, this.#top);
  }

  /** The labelled sources, with what they have sent since they got the label. */
  get sources(): Source[] {
    return this.#labels.map(({ family, row, tally }) => ({
      ...sourceAt({ list: this.#tables[family], row }),
      ...tally,
    }));
  }

  /** Packets of the whole run. */
  #packets({ family, row }: Label): number {
    return this.#tables[family].packets(row);
  }
}

function idOf({ family, row }: Omit<Label, "tally">): number {
  return row * FAMILIES.length + FAMILIES.indexOf(family);
}
