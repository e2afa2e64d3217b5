/** Fills source lists as reading the BPF maps does, without a kernel. */
import type { SourceList } from "../../src/tally/source_list.ts";

/** Appends one source. @param counters packets and bytes, as u32 halves */
export function addSource(
  list: SourceList,
  key: Uint32Array,
  ...counters: readonly [number, number, number, number]
): void {
  list.addSources(key, key.length, [Uint32Array.from(counters)], 1);
}
