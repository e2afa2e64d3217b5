/** What user space and the BPF program share: names, sizes and offsets. */
import { ADDRESS_SIZE, FAMILIES, type Family } from "../basics/address.ts";
import { KEY_PARTS, keyLayout } from "../basics/key_layout.ts";
import {
  byText,
  hasAddresses,
  type Keying,
  MOST_SOURCES,
  needsIp,
  TCP_KINDS,
  VERDICTS,
} from "../basics/keys.ts";
import { LINK_LAYERS, type LinkLayer } from "../basics/link_layer.ts";
import { prefixMask } from "../basics/prefix.ts";
import { MOST_TUNNEL_PORTS, TUNNEL_NAMES } from "../basics/tunnels.ts";
import type { Cpus } from "./cpus.ts";

/** The object's name; libbpf puts it in front of `.rodata` and `.data`. */
export const OBJECT_NAME = "xdptally";
/**
 * The programs of each object: of `xdptally` one is loaded, of `observe` the entry and
 * one of the exits. `make` compares the names.
 */
export const PROGRAMS = {
  xdptally: ["xdptally", "xdptally_tc"],
  observe: ["observe_entry", "observe_exit", "observe_exit5"],
} as const;
export type ProgramName = typeof PROGRAMS[keyof typeof PROGRAMS][number];

/** Bits of an id; the rest of a slot's upper word is its era. */
const ID_BITS = Math.log2(MOST_SOURCES);

/** Bytes of struct key_layout, and where both begin and end in struct constants. */
const KEY_LAYOUT = 4 + 4 * KEY_PARTS.length;
const KEYS = 48 + 4 * TUNNEL_NAMES.length * MOST_TUNNEL_PORTS;
const AFTER_KEYS = KEYS + 2 * KEY_LAYOUT;

/**
 * The structs of bpf/xdptally.h: sizes, and offsets of members, in bytes. `make`
 * compares both sides by name (toolchain/compare_layout.ts): `maxSources` is
 * `max_sources` there.
 */
export const STRUCTS = {
  tally: { size: 16, packets: 0, bytes: 8 },
  totals: {
    size: 384,
    total: 0,
    untracked: 16,
    nonIp: 32,
    malformed: 48,
    filtered: 64,
    undecoded: 80,
    full: 96,
    noMemory: 104,
    busy: 112,
    cut: 120,
    version: 128,
    length: 136,
    spare: 144,
    types: 152,
    verdicts: 280,
  },
  typeCount: { size: 16, type: 0, packets: 8 },
  keyLayout: { size: KEY_LAYOUT, words: 0, at: 4 },
  network4: { size: 8, length: 0, address: 4 },
  network6: { size: 20, length: 0, address: 4 },
  constants: {
    size: Math.ceil((AFTER_KEYS + 40) / 8) * 8,
    seed: 0,
    maxSources: 8,
    slots: 12,
    cpus: 16,
    possibleCpus: 20,
    hasFrags: 24,
    linkLayer: 28,
    isEgress: 32,
    hasFields: 36,
    hasAddresses: 40,
    depth: 44,
    tunnelPorts: 48,
    key4: KEYS,
    key6: KEYS + KEY_LAYOUT,
    hasFilter: AFTER_KEYS,
    keepsRest: AFTER_KEYS + 4,
    mask4: AFTER_KEYS + 8,
    mask6: AFTER_KEYS + 12,
    ifindex: AFTER_KEYS + 28,
    netns: AFTER_KEYS + 32,
    hasSpinLock: AFTER_KEYS + 36,
    layout: AFTER_KEYS + 40,
    fields: AFTER_KEYS + 40,
    tcpKinds: AFTER_KEYS + 40,
    tunnels: AFTER_KEYS + 40,
    verdicts: AFTER_KEYS + 40,
  },
} as const;

/** Enum depth. */
const DEPTH = { DEPTH_LINK: 0, DEPTH_PACKET: 1, DEPTH_INNERMOST: 2 } as const;

/** The enums of bpf/xdptally.h; `make` compares them too. */
export const ENUMS: Readonly<Record<string, Record<string, number>>> = {
  layout: { GENERATIONS: 2, FIRST_ERA: 1, ID_BITS },
  tcp_kind: enumerators("TCP", TCP_KINDS.map((kind) => kind ?? "none")),
  key_field: { ...enumerators("FIELD", KEY_PARTS), FIELDS: KEY_PARTS.length },
  verdict: {
    ...enumerators("VERDICT", VERDICTS),
    VERDICTS: VERDICTS.length,
  },
  link_layer: enumerators("LINK", LINK_LAYERS),
  depth: DEPTH,
  tunnel: {
    ...enumerators("TUNNEL", TUNNEL_NAMES),
    TUNNELS: TUNNEL_NAMES.length,
  },
};

/** `FIELD_SOURCE_PORT` is the enumerator of `source-port`. */
function enumerators(
  prefix: string,
  words: readonly string[],
): Record<string, number> {
  return Object.fromEntries(
    words.map((
      word,
      value,
    ) => [`${prefix}_${word.toUpperCase().replaceAll(/[ -]/g, "_")}`, value]),
  );
}

/** Bytes of a tally: packets and bytes, both u64. */
export const TALLY_SIZE = STRUCTS.tally.size;

/** Where the counters of struct totals are, in u64 words; `size`: how many. */
export const TOTALS = Object.fromEntries(
  Object.entries(STRUCTS.totals).map(([name, bytes]) => [name, bytes / 8]),
) as Record<keyof typeof STRUCTS.totals, number>;

/** EtherTypes that each CPU tells apart in a generation. */
export const MOST_TYPES = 8;
/** Bits of an EtherType in struct type_count; those above say that it was seen. */
export const TYPE_BITS = 16;

export const GENERATIONS = [0, 1] as const;
export type Generation = typeof GENERATIONS[number];

/** The maps that exist once for each family, see bpf/sources.h and books.h. */
type FamilyMap = "index" | "keys" | "tallies" | "used" | "networks";

/** The name of a family's map in the object: `keys4`, `keys6`. */
export function mapName(map: FamilyMap, family: Family): string {
  return map + (family === "ipv4" ? "4" : "6");
}

/** Bytes of a slot of an index. */
export const SLOT_SIZE = 8;
/** Bytes from one count of used ids to the next: array values are 8 bytes apart. */
export const USED_SIZE = 8;

/** All variables of the section `.data`, in bytes; `make` compares them. */
export const DATA = { window: 4 } as const;

/** Bytes of the values of all maps, and of the variables; `make` compares them. */
export const VALUES = {
  index4: SLOT_SIZE,
  index6: SLOT_SIZE,
  keys4: 0, // user space says how large keys are
  keys6: 0,
  tallies4: TALLY_SIZE,
  tallies6: TALLY_SIZE,
  used4: 4,
  used6: 4,
  lock4: 4,
  lock6: 4,
  networks4: 4,
  networks6: 4,
  totals: STRUCTS.totals.size,
  idle: 4,
  barrier: 0, // its values are maps
  ...DATA,
  constants: STRUCTS.constants.size,
} as const;

/** Bytes of a key in the maps. */
export function keySize(family: Family, keying: Keying): number {
  return keyLayout(family, keying).words * 8;
}

/** Keys that a family's table holds: one table is enough for keys without addresses. */
export function tableSize(
  family: Family,
  keying: Keying,
  maxSources: number,
): number {
  return family === "ipv4" || hasAddresses(keying) ? maxSources : 1;
}

/** Eras count from the first to the last, then start over; 0 marks unused slots. */
export const FIRST_ERA = 1, LAST_ERA = 2 ** (32 - ID_BITS) - 1;

/** Slots of an index: a power of two, so large that at most half are in use. */
export function slotsFor(maxSources: number): number {
  return 2 ** Math.ceil(Math.log2(maxSources) + 1);
}

/** In the place of the offset of a field that is not in the key. */
const NOT_IN_KEY = 0xff;

/** The values that struct constants is made from. */
interface Constants {
  /** Seeds the hash; random for each load, so that nobody can choose addresses that collide. */
  readonly seed: bigint;
  readonly maxSources: number;
  readonly cpus: Cpus;
  readonly hasFragments: boolean;
  readonly linkLayer: LinkLayer;
  /** The tc program counts outgoing frames. */
  readonly isEgress: boolean;
  readonly keying: Keying;
  readonly filter: { readonly keepsRest: boolean } | undefined;
  /** Where the frames are that are counted; undefined: the program is only there. */
  readonly place?: FramePlace | undefined;
  /** Tracing programs may use spin locks. */
  readonly hasSpinLock?: boolean | undefined;
}

/** An interface, for a program that also sees the frames of others. */
export interface FramePlace {
  readonly ifindex: number;
  /** The inode of the network namespace. */
  readonly netns: number;
}

/** The bytes of struct constants of bpf/xdptally.h. */
export function constants(of: Constants): Uint8Array<ArrayBuffer> {
  const { keying, filter } = of;
  const at = STRUCTS.constants;
  const bytes = new Uint8Array(at.size);
  const view = new DataView(bytes.buffer);
  const set = (offset: number, value: number | boolean) =>
    view.setUint32(offset, Number(value), true);
  view.setBigUint64(at.seed, of.seed, true);
  set(at.maxSources, of.maxSources);
  set(at.slots, slotsFor(of.maxSources));
  set(at.cpus, of.cpus.present);
  set(at.possibleCpus, of.cpus.possible);
  set(at.hasFrags, of.hasFragments);
  set(at.linkLayer, LINK_LAYERS.indexOf(of.linkLayer));
  set(at.isEgress, of.isEgress);
  set(at.hasFields, byText(keying) !== "source");
  set(at.hasAddresses, hasAddresses(keying));
  set(at.depth, depthOf(of));
  for (const [kind, name] of TUNNEL_NAMES.entries()) {
    const ports = keying.inner?.filter(([tunnel]) => tunnel === name) ?? [];
    for (const [index, [, port]] of ports.entries()) {
      const offset = 4 * (kind * MOST_TUNNEL_PORTS + index);
      set(at.tunnelPorts + offset, port);
    }
  }
  for (const family of FAMILIES) {
    const { words, at: offsets } = keyLayout(family, keying);
    const begin = family === "ipv4" ? at.key4 : at.key6;
    set(begin + STRUCTS.keyLayout.words, words);
    for (const [field, part] of KEY_PARTS.entries()) {
      const offset = offsets[part] ?? NOT_IN_KEY;
      set(begin + STRUCTS.keyLayout.at + 4 * field, offset);
    }
  }
  set(at.hasFilter, filter !== undefined);
  set(at.keepsRest, filter?.keepsRest ?? true);
  bytes.set(prefixMask(ADDRESS_SIZE.ipv4, keying.prefix.ipv4), at.mask4);
  bytes.set(prefixMask(ADDRESS_SIZE.ipv6, keying.prefix.ipv6), at.mask6);
  set(at.ifindex, of.place?.ifindex ?? 0);
  set(at.netns, of.place?.netns ?? 0);
  set(at.hasSpinLock, of.hasSpinLock ?? true);
  return bytes;
}

/** How far frames must be read. */
function depthOf({ keying, filter }: Constants): number {
  if (!needsIp(keying) && filter === undefined) return DEPTH.DEPTH_LINK;
  return keying.inner === undefined
    ? DEPTH.DEPTH_PACKET
    : DEPTH.DEPTH_INNERMOST;
}

/** Bytes of kernel memory for the maps of one interface and direction, about. */
export function mapMemory(
  keying: Keying,
  maxSources: number,
  cpus: number,
): number {
  let bytes = 0;
  for (const family of FAMILIES) {
    const keys = tableSize(family, keying, maxSources);
    bytes += slotsFor(keys) * SLOT_SIZE +
      keys * (keySize(family, keying) + cpus * TALLY_SIZE);
  }
  return GENERATIONS.length * bytes;
}
