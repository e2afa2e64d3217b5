/** Packets are counted as the witness reads them: keys, classes, filters, tables. */
import { assert, assertEquals } from "@std/assert";
import { FAMILIES } from "../../src/basics/address.ts";
import { BY_SOURCE, keyText } from "../../src/basics/keys.ts";
import { FIELDS } from "../lib/fields.ts";
import {
  type NetworkFilter,
  parseFilter,
} from "../../src/basics/network_filter.ts";
import { etherTypeName } from "../../src/basics/protocols.ts";
import { WELL_KNOWN_PORTS } from "../../src/basics/tunnels.ts";
import { NetworkTrie } from "../../src/packets/network_trie.ts";
import { PacketCounter } from "../../src/packets/packet_counter.ts";
import { balances, otherTypes } from "../../src/tally/books.ts";
import { plus } from "../../src/tally/source_list.ts";
import { WindowTable } from "../../src/tally/window_table.ts";
import { ethernetFrameOf } from "../lib/crafted.ts";
import { tunnelled } from "../lib/crafted_tunnels.ts";
import { Fuzzer } from "../lib/fuzz.ts";
import { generator, type Random } from "../lib/random.ts";
import { type Narrowing, read } from "../lib/reading.ts";

/** What was counted, in one form: packets and bytes by a name. */
type Counted = Map<string, readonly [packets: number, bytes: number]>;

function add(counted: Counted, name: string, packets: number, bytes: number) {
  const [before = 0, bytesBefore = 0] = counted.get(name) ?? [];
  if (packets > 0) counted.set(name, [before + packets, bytesBefore + bytes]);
}

/** What a window of the counter has. */
function countedBy(counter: PacketCounter): Counted {
  const books = counter.books();
  const counted: Counted = new Map();
  const { total, untracked, nonIp, malformed, filtered, undecoded } = books;
  const classes = { total, untracked, nonIp, malformed, filtered, undecoded };
  for (const [name, { packets, bytes }] of Object.entries(classes)) {
    add(counted, name, Number(packets), Number(bytes));
  }
  for (const cause of ["cut", "version", "length"] as const) {
    add(counted, `malformed ${cause}`, Number(malformed[cause]), 0);
  }
  for (const [type, packets] of nonIp.types) {
    add(counted, `nonIp ${type}`, Number(packets), 0);
  }
  add(counted, "nonIp other", Number(otherTypes(nonIp)), 0);
  for (const family of FAMILIES) {
    const list = counter.sources[family];
    for (let row = 0; row < list.length; row++) {
      const { packets, bytes } = list.tally(row);
      add(
        counted,
        `${family} ${keyText(list.values(row))}`,
        Number(packets),
        Number(bytes),
      );
    }
  }
  const sums = FAMILIES.map((family) => counter.sources[family].sum());
  assert(balances(books, sums.reduce(plus)));
  return counted;
}

/** The same by the witness. */
class Witness {
  readonly counted: Counted = new Map();
  readonly #types = new Set<string>();
  readonly #narrowing: Narrowing;

  constructor(narrowing: Narrowing) {
    this.#narrowing = narrowing;
  }

  add(frame: Uint8Array, length: number): void {
    const { counted } = this;
    const reading = read(frame, false, this.#narrowing);
    add(counted, "total", 1, length);
    if ("key" in reading) {
      add(counted, `${reading.class} ${reading.key}`, 1, length);
    } else add(counted, reading.class, 1, length);
    if ("why" in reading) add(counted, `malformed ${reading.why}`, 1, 0);
    if ("type" in reading) {
      const type = etherTypeName(reading.type);
      if (this.#types.size < 16) this.#types.add(type);
      add(counted, `nonIp ${this.#types.has(type) ? type : "other"}`, 1, 0);
    }
  }
}

const sorted = (counted: Counted) =>
  [...counted].sort(([a], [b]) => a < b ? -1 : 1);

const LISTS = 60;

Deno.test(`random frames by ${LISTS} random lists of fields, windows and filters: the rows and books are the witness's`, () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  const random = generator(seed);
  for (let list = 0; list < LISTS; list++) {
    const bits = 1 + random(2 ** FIELDS.length - 1);
    const by = FIELDS.filter((_, at) => (bits >> at & 1) === 1);
    const prefix = random(2) === 0
      ? BY_SOURCE.prefix
      : { ipv4: random(33), ipv6: random(129) };
    const filter = random(3) === 0
      ? parseFilter("!32.0.0.0/3,10.0.0.0/9,::/1,!2001:db8::/33")
      : undefined;
    const inner = random(2) === 0 ? WELL_KNOWN_PORTS : undefined;
    const narrowing = {
      ...{ by, prefix },
      ...(filter && { filter }),
      ...(inner && { inner }),
    };
    const counter = new PacketCounter({
      keying: { fields: by, prefix, inner },
      filter,
      maxSources: 100_000,
    });
    const fuzzer = new Fuzzer(2000, false);
    for (let window = 0; window < 3; window++) {
      const witness = new Witness(narrowing);
      for (let frames = random(1000); frames > 0; frames--) {
        fuzzer.next(random);
        const frame = random(3) === 0
          ? ethernetFrameOf(random, tunnelled(random, random(3))).bytes
          : fuzzer.frame;
        const before = random(20);
        const amid = new Uint8Array(before + frame.length + 50).fill(0x45);
        amid.set(frame, before);
        const length = frame.length + random(1000);
        const to = before + frame.length;
        counter.count(amid, before, to, length, "ethernet");
        witness.add(frame, length);
      }
      assertEquals(
        sorted(countedBy(counter)),
        sorted(witness.counted),
        `seed ${seed}: ${by}`,
      );
      counter.clear();
      assertEquals(countedBy(counter), new Map());
    }
  }
});

Deno.test("sources beyond the limit of a window are untracked, in any window", () => {
  const random = generator(5);
  const fuzzer = new Fuzzer(2000, false);
  const counting = { keying: BY_SOURCE, filter: undefined };
  const few = new PacketCounter({ ...counting, maxSources: 7 });
  const all = new PacketCounter({ ...counting, maxSources: 10_000 });
  for (let window = 0; window < 5; window++) {
    for (let frames = 0; frames < 500; frames++) {
      fuzzer.next(random);
      const { buffer, length } = fuzzer;
      for (const counter of [few, all]) {
        counter.count(buffer, 0, length, length, "ethernet");
      }
    }
    const [known, whole] = [countedBy(few), countedBy(all)];
    assertEquals([few.sources.ipv4.length, few.sources.ipv6.length], [7, 7]);
    const rest = [...whole].filter(([name]) => !known.has(name));
    const sum = (at: 0 | 1) =>
      rest.reduce((sum, [, counts]) => sum + counts[at], 0);
    assertEquals(known.get("untracked"), [sum(0), sum(1)]);
    known.delete("untracked");
    for (const [name, counts] of known) assertEquals(whole.get(name), counts);
    few.clear();
    all.clear();
  }
});

/** Whether a source is kept, bit by bit. */
function isKept(source: Uint8Array, filter: NetworkFilter): boolean {
  const bitsOf = (address: Uint8Array) =>
    Array.from(address, (byte) => byte.toString(2).padStart(8, "0")).join("");
  const bits = bitsOf(source);
  const [longest] = filter.networks
    .filter(({ address, length }) =>
      address.length === source.length &&
      bits.startsWith(bitsOf(address).slice(0, length))
    )
    .sort((a, b) => b.length - a.length);
  return longest?.isKept ?? filter.keepsRest;
}

/** Few different bytes, so that networks lie in one another. */
const address = (random: Random, size: number) =>
  Uint8Array.from({ length: size }, () => [0, 1, 128, 255][random(4)]!);

Deno.test("many networks in one another: the longest one that has an address decides", () => {
  const random = generator(3);
  for (let round = 0; round < 60; round++) {
    const networks = new Map<string, string>();
    const all = random(3) === 0;
    for (let count = 1 + random(300); count > 0; count--) {
      const size = random(2) === 0 ? 4 : 16;
      const bytes = address(random, size);
      const text = size === 4
        ? bytes.join(".")
        : bytes.toHex().match(/.{4}/g)!.join(":");
      const length = random(size * 8 + 1);
      const [name] = parseFilter(`${text}/${length}`).networks
        .map(({ address, length }) => `${address.toHex()}/${length}`);
      const mark = all || random(2) === 0 ? "!" : "";
      networks.set(name!, `${mark}${text}/${length}`);
    }
    const filter = parseFilter([...networks.values()].join());
    for (const family of FAMILIES) {
      const trie = new NetworkTrie(family, filter);
      const size = family === "ipv4" ? 4 : 16;
      for (let tries = 0; tries < 200; tries++) {
        const bytes = address(random, size);
        const amid = new Uint8Array(size + 7).fill(255);
        amid.set(bytes, 3);
        assertEquals(trie.keeps(amid, 3), isKept(bytes, filter), filter.text);
      }
    }
  }
});

Deno.test("a table has what was added since it was emptied, however full it is", () => {
  const random = generator(9);
  const limit = 5000;
  const table = new WindowTable("ipv4", BY_SOURCE, limit);
  for (let window = 0; window < 12; window++) {
    const expected = new Map<number, [bigint, bigint]>();
    const range = [1, 3, 100, 4000, 6000][random(5)]!;
    const few = random(2) === 0 ? 2 ** 32 - 1 : 1500;
    for (let packets = random(30_000); packets > 0; packets--) {
      const source = Math.imul(random(range), 0x9e3779b1) >>> 0;
      const bytes = few - random(60);
      const known = expected.get(source);
      const isCounted = table.addPacket(Uint32Array.of(source, 99), bytes);
      assertEquals(isCounted, known !== undefined || expected.size < limit);
      if (known !== undefined) {
        known[0]++;
        known[1] += BigInt(bytes);
      } else if (isCounted) expected.set(source, [1n, BigInt(bytes)]);
    }
    const found = new Map(
      Array.from({ length: table.length }, (_, row) => {
        const { packets, bytes } = table.tally(row);
        return [table.keys[row]!, [packets, bytes] as [bigint, bigint]];
      }),
    );
    assertEquals(found, expected);
    table.clear();
  }
});
