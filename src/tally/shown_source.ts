/** Makes the rows that records show. */
import type { Place } from "./rank.ts";
import type { ShownSource } from "./records.ts";
import { COUNTER } from "./source_list.ts";
import type { SourceTable } from "./source_table.ts";

/** A row as a record shows it. Few counters need a bigint, few formats both forms of a key. */
export function shownAt({ list, row }: Place, table: SourceTable): ShownSource {
  const total = table.rowOf(list, row);
  return {
    get key() {
      return list.keyText(row);
    },
    get values() {
      return list.values(row);
    },
    packets: list.count(row, COUNTER.packets),
    bytes: list.count(row, COUNTER.bytes),
    run: total === undefined ? undefined : {
      packets: table.count(total, COUNTER.packets),
      bytes: table.count(total, COUNTER.bytes),
    },
  };
}
