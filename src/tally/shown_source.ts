/** Makes the rows that records show. */
import type { FieldValue } from "../basics/keys.ts";
import type { Place } from "./rank.ts";
import type { ShownSource } from "./records.ts";
import { type Count, COUNTER, type SourceList } from "./source_list.ts";
import type { SourceTable } from "./source_table.ts";

/** A row of a list. Few counters need a bigint, and few formats both forms of a key. */
class ShownRow implements ShownSource {
  readonly packets: Count;
  readonly bytes: Count;
  readonly run: ShownSource["run"];
  readonly #list: SourceList;
  readonly #row: number;

  constructor({ list, row }: Place, table: SourceTable) {
    const total = table.rowOf(list, row);
    this.#list = list;
    this.#row = row;
    this.packets = list.count(row, COUNTER.packets);
    this.bytes = list.count(row, COUNTER.bytes);
    this.run = total === undefined ? undefined : {
      packets: table.count(total, COUNTER.packets),
      bytes: table.count(total, COUNTER.bytes),
    };
  }

  get key(): string {
    return this.#list.keyText(this.#row);
  }

  get values(): FieldValue[] {
    return this.#list.values(this.#row);
  }
}

/** A row as a record shows it. @param table that of the run */
export function shownAt(place: Place, table: SourceTable): ShownSource {
  return new ShownRow(place, table);
}
