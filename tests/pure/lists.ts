/** Source lists with given rows. */
import { addSource } from "../lib/sources.ts";
import { BY_SOURCE, type Keying } from "../../src/basics/keys.ts";
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
  return listBy(BY_SOURCE, family, rows);
}

export function listBy(
  keying: Keying,
  family: Family,
  rows: readonly Row[],
): SourceList {
  const list = new SourceList(family, keying);
  for (const { key, packets, bytes } of rows) {
    const words = new Uint32Array(list.words);
    new Uint8Array(words.buffer).set(key);
    addSource(list, words, packets, 0, bytes, 0);
  }
  return list;
}
