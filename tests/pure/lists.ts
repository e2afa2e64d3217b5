/** Source lists with given rows. */
import { addSource } from "../lib/sources.ts";
import type { Family } from "../../src/basics/address.ts";
import { SourceList } from "../../src/tally/source_list.ts";

export interface Row {
  readonly key: readonly number[];
  readonly packets: number;
  readonly bytes: number;
}

export function v4(ip: string, packets = 1, bytes = 60): Row {
  return { key: ip.split(".").map(Number), packets, bytes };
}

/** 2001:db8::LAST */
export function v6(last: number, packets = 1, bytes = 60): Row {
  return {
    key: [0x20, 1, 0x0d, 0xb8, ...Array(11).fill(0), last],
    packets,
    bytes,
  };
}

export function listOf(family: Family, ...rows: Row[]): SourceList {
  const list = new SourceList(family);
  for (const { key, packets, bytes } of rows) {
    const words = new Uint32Array(Uint8Array.from(key).buffer);
    addSource(list, words, packets, 0, bytes, 0);
  }
  return list;
}
