/** Counts packets of captures as the BPF program counts frames: each in one class. */
import { hasAddresses, type Keying, needsIp } from "../basics/keys.ts";
import type { NetworkFilter } from "../basics/network_filter.ts";
import { etherTypeName } from "../basics/protocols.ts";
import { FrameReader } from "../frame/frame_reader.ts";
import type { LinkKind } from "../frame/link_kind.ts";
import type { FrameFault, FrameReading } from "../frame/reading.ts";
import { TunnelPorts } from "../frame/tunnel_ports.ts";
import { type Books, MOST_TYPES } from "../tally/books.ts";
import type { WindowSources } from "../tally/run.ts";
import type { Tally } from "../tally/source_list.ts";
import { WindowTable } from "../tally/window_table.ts";
import { KeyWriter } from "./key_writer.ts";
import { NetworkTrie } from "./network_trie.ts";

/** What packets are counted by, and which of them. */
export interface PacketCounting {
  readonly keying: Keying;
  readonly filter: NetworkFilter | undefined;
  /** Rows of each family's table; further sources are untracked. */
  readonly maxSources: number;
}

/** Packets and bytes of a class. Numbers hold them: a length is at most 2^20, and 2^33 packets fill a file of 128 GiB. */
class ClassCounter {
  packets = 0;
  bytes = 0;

  add(bytes: number): void {
    this.packets++;
    this.bytes += bytes;
  }

  clear(): void {
    this.packets = this.bytes = 0;
  }

  get tally(): Tally {
    return { packets: BigInt(this.packets), bytes: BigInt(this.bytes) };
  }
}

/**
 * Counts the packets of one window after the other. As in the BPF program, `total`
 * is added up on its own, so that the books can be checked.
 *
 * @example
 * const counter = new PacketCounter({ keying: BY_SOURCE, filter, maxSources });
 * counter.count(bytes, 0, bytes.length, 1500, "ethernet");
 * const tick = run.close(counter.sources, counter.books(), { end });
 * counter.clear();
 */
export class PacketCounter {
  readonly sources: Record<keyof WindowSources, WindowTable>;
  readonly #reader: FrameReader;
  readonly #writers: Record<keyof WindowSources, KeyWriter>;
  /** Where the keys of IPv6 packets are: with an address they have a table. */
  readonly #six: keyof WindowSources;
  readonly #networks:
    | Record<keyof WindowSources, NetworkTrie>
    | undefined;
  readonly #total = new ClassCounter();
  readonly #untracked = new ClassCounter();
  readonly #nonIp = new ClassCounter();
  readonly #malformed = new ClassCounter();
  readonly #filtered = new ClassCounter();
  readonly #undecoded = new ClassCounter();
  readonly #types = new Map<number, number>();
  readonly #faults: Record<FrameFault, number> = {
    short: 0,
    version: 0,
    length: 0,
  };

  constructor({ keying, filter, maxSources }: PacketCounting) {
    const { fields } = keying;
    const ports = fields.some((name) =>
      name === "source-port" || name === "port" || name === "tcp"
    );
    this.#reader = new FrameReader({
      packet: needsIp(keying) || filter !== undefined,
      protocol: fields.includes("protocol"),
      ports,
      ...(keying.inner && { tunnels: new TunnelPorts(keying.inner) }),
    });
    this.sources = {
      ipv4: new WindowTable("ipv4", keying, maxSources),
      ipv6: new WindowTable("ipv6", keying, maxSources),
    };
    this.#writers = {
      ipv4: new KeyWriter("ipv4", keying),
      ipv6: new KeyWriter("ipv6", keying),
    };
    this.#six = hasAddresses(keying) ? "ipv6" : "ipv4";
    this.#networks = filter && {
      ipv4: new NetworkTrie("ipv4", filter),
      ipv6: new NetworkTrie("ipv6", filter),
    };
  }

  /**
   * Counts the packet between `from` and `to`, of which the end may be missing.
   *
   * @param length bytes that it had on the wire
   */
  count(
    bytes: Uint8Array,
    from: number,
    to: number,
    length: number,
    kind: LinkKind,
  ): void {
    this.#total.add(length);
    const reading = this.#reader.read(bytes, from, to, kind);
    switch (reading.class) {
      case "link":
        return this.#countKey("ipv4", reading, length);
      case "ipv4":
        return this.#countPacket("ipv4", "ipv4", reading, length);
      case "ipv6":
        return this.#countPacket("ipv6", this.#six, reading, length);
      case "nonIp": {
        this.#nonIp.add(length);
        const types = this.#types, type = reading.etherType;
        const known = types.get(type);
        if (known !== undefined) types.set(type, known + 1);
        else if (types.size < MOST_TYPES) types.set(type, 1);
        return;
      }
      case "malformed":
        this.#faults[reading.fault]++;
        return this.#malformed.add(length);
      case "undecoded":
        return this.#undecoded.add(length);
    }
  }

  #countPacket(
    family: keyof WindowSources,
    table: keyof WindowSources,
    reading: FrameReading,
    length: number,
  ): void {
    const networks = this.#networks;
    if (networks?.[family].keeps(reading.bytes, reading.source) === false) {
      return this.#filtered.add(length);
    }
    this.#countKey(table, reading, length);
  }

  #countKey(
    table: keyof WindowSources,
    reading: FrameReading,
    length: number,
  ): void {
    const writer = this.#writers[table];
    writer.write(reading);
    if (!this.sources[table].addPacket(writer.key, length)) {
      this.#untracked.add(length);
    }
  }

  /** Whether there is a packet in this window. */
  get hasPackets(): boolean {
    return this.#total.packets > 0;
  }

  /** The books of this window. */
  books(): Books {
    const { packets } = this.#untracked;
    const { short, version, length } = this.#faults;
    return {
      total: this.#total.tally,
      untracked: {
        ...this.#untracked.tally,
        full: BigInt(packets),
        noMemory: 0n,
        busy: 0n,
      },
      nonIp: {
        ...this.#nonIp.tally,
        types: new Map(
          Array.from(this.#types, ([type, count]) => [
            etherTypeName(type),
            BigInt(count),
          ]),
        ),
      },
      malformed: {
        ...this.#malformed.tally,
        cut: BigInt(short),
        version: BigInt(version),
        length: BigInt(length),
      },
      filtered: this.#filtered.tally,
      undecoded: this.#undecoded.tally,
    };
  }

  /** Begins the next window. */
  clear(): void {
    this.sources.ipv4.clear();
    this.sources.ipv6.clear();
    for (
      const count of [
        this.#total,
        this.#untracked,
        this.#nonIp,
        this.#malformed,
        this.#filtered,
        this.#undecoded,
      ]
    ) count.clear();
    this.#types.clear();
    this.#faults.short = this.#faults.version = this.#faults.length = 0;
  }
}
