/** Frames made layer by layer are read as they were made, whole and cut anywhere. */
import { assertEquals } from "@std/assert";
import type { FrameNeeds } from "../../src/frame/frame_reader.ts";
import type { LinkKind } from "../../src/frame/link_kind.ts";
import { TunnelPorts } from "../../src/frame/tunnel_ports.ts";
import {
  type CraftedFrame,
  ethernetFrameOf,
  ipAround,
  type Level,
} from "../lib/crafted.ts";
import { frameOn, LINK_TYPE_OF } from "../lib/crafted_links.ts";
import { tunnelled, TUNNELS } from "../lib/crafted_tunnels.ts";
import { u16 } from "../lib/frames.ts";
import { Fuzzer } from "../lib/fuzz.ts";
import { generator, type Random } from "../lib/random.ts";
import { INNER, readFrame, type Shown, WHOLE } from "../lib/read_frame.ts";

const KINDS = Object.keys(LINK_TYPE_OF) as LinkKind[];

/** What should be read of a crafted frame, of which `length` bytes are there. */
function wanted(
  frame: CraftedFrame,
  needs: FrameNeeds,
  length: number,
): Shown {
  const { levels, mac, vlan, etherType, typeEnd } = frame;
  const [first] = levels as [Level];
  const size = ({ family }: Level) => family === "ipv4" ? 20 : 40;
  if (length < typeEnd) return { class: "malformed", fault: "short" };
  const link = { mac, vlan, etherType };
  if (!needs.packet) return { class: "link", ...link };
  if (length < first.at + size(first)) {
    return { class: "malformed", fault: "short" };
  }
  const counted = needs.tunnels === undefined ? first : reached(frame, length);
  if (
    counted === undefined || length < counted.at + size(counted)
  ) return { class: "undecoded", ...link };
  const { family, source, destination, dscp, transport } = counted;
  const hasPorts = counted.ports !== undefined && length >= transport + 4;
  return {
    class: family,
    ...link,
    source,
    destination,
    outer: counted === first ? undefined : first.source,
    dscp,
    ...needs.protocol && { protocol: protocolOf(frame, counted, length) },
    ...needs.ports && {
      sourcePort: hasPorts ? counted.ports![0] : undefined,
      port: hasPorts ? counted.ports![1] : undefined,
      tcp: length >= transport + 14 ? counted.tcp : undefined,
    },
  };
}

/** The innermost packet that can be known of; undefined: it is undecoded. */
function reached(frame: CraftedFrame, length: number): Level | undefined {
  for (const [at, level] of frame.levels.entries()) {
    const next = frame.levels[at + 1];
    // Where extension headers or ports are cut off, the tunnel is not known.
    const isKnown = next !== undefined &&
      protocolOf(frame, level, length) === level.protocol &&
      (level.protocol !== 17 || length >= level.transport + 4);
    if (!isKnown) return level;
    if (at === 2 || length < next.at) return undefined;
  }
}

/** The protocol, or the extension header at which a cut frame ends. */
function protocolOf(
  { bytes }: CraftedFrame,
  { family, at, transport, protocol }: Level,
  length: number,
): number {
  if (family === "ipv4") return protocol;
  let next = bytes[at + 6]!;
  for (let header = at + 40; header < transport;) {
    if (header + 4 > length) return next;
    const size = next === 44
      ? 8
      : next === 51
      ? (bytes[header + 1]! + 2) * 4
      : (bytes[header + 1]! + 1) * 8;
    next = bytes[header]!;
    header += size;
  }
  return next;
}

/** Needs of every kind, with what they are called. */
const NEEDS: readonly FrameNeeds[] = [
  { packet: false },
  { packet: true },
  { packet: true, protocol: true },
  WHOLE,
  INNER,
  { packet: true, tunnels: new TunnelPorts() },
];

function someFrame(random: Random): CraftedFrame {
  const packet = tunnelled(random, random(5));
  return frameOn(KINDS[random(KINDS.length * 2)] ?? "ethernet", random, packet);
}

Deno.test("frames of any layers are read as they were made, whatever is asked for and around them", () => {
  const random = generator(51);
  for (let round = 0; round < 5000; round++) {
    const frame = someFrame(random);
    const { length } = frame.bytes;
    for (const needs of NEEDS) {
      assertEquals(
        readFrame(frame.bytes, needs, frame.kind, {
          before: random(9),
          fill: random(256),
        }),
        wanted(frame, needs, length),
        `${frame.name}: ${frame.bytes.toHex()}`,
      );
    }
  }
});

Deno.test("a frame that is cut anywhere is read as far as it is there, and no further", () => {
  const random = generator(52);
  for (let round = 0; round < 300; round++) {
    const frame = someFrame(random);
    for (let length = 0; length < frame.bytes.length; length++) {
      const fill = random(256);
      for (const needs of [NEEDS[0]!, INNER, WHOLE]) {
        assertEquals(
          readFrame(frame.bytes.subarray(0, length), needs, frame.kind, {
            fill,
          }),
          wanted(frame, needs, length),
          `${length} bytes of ${frame.name}: ${frame.bytes.toHex()}`,
        );
      }
    }
  }
});

Deno.test("any bytes are read without a byte behind them, and asking for less changes nothing else", () => {
  const random = generator(53);
  const fuzzers = [new Fuzzer(400, false), new Fuzzer(400, true)];
  for (let round = 0; round < 30_000; round++) {
    let frame: Uint8Array;
    let kind = KINDS[random(KINDS.length)]!;
    if (random(2) === 0) {
      const made = someFrame(random);
      kind = made.kind;
      frame = made.bytes;
      for (let changes = random(4); changes > 0; changes--) {
        frame[random(Math.min(frame.length, 150))] = random(256);
      }
    } else {
      const fuzzer = fuzzers[kind === "ethernet" ? 0 : 1]!;
      fuzzer.next(random);
      frame = fuzzer.frame;
    }
    for (const [index, needs] of NEEDS.entries()) {
      const read = readFrame(frame, needs, kind, { fill: 0 });
      assertEquals(read, readFrame(frame, needs, kind, { fill: 0xff }));
      if (index === 0 || needs.tunnels !== undefined) continue;
      const { protocol: _, sourcePort: __, port: ___, tcp: ____, ...less } =
        readFrame(frame, WHOLE, kind);
      const { protocol: _p, sourcePort: _s, port: _d, tcp: _t, ...same } = read;
      assertEquals(same, less);
    }
  }
});

Deno.test("other ports are tunnels' besides the well-known ones", () => {
  const tunnels = new TunnelPorts([["vxlan", 8472], ["gtp", 9]]);
  const needs = { ...WHOLE, tunnels };
  const random = generator(55);
  for (
    const [tunnel, port] of [["vxlan", 8472], ["gtp", 9], [
      "vxlan",
      4789,
    ]] as const
  ) {
    const inside = TUNNELS[tunnel]!(random, tunnelled(random, 0));
    const moved = inside.bytes.slice();
    moved.set(u16(port), 2);
    const around = ipAround(random, {
      ...inside,
      bytes: moved,
      ports: [inside.ports![0], port],
    });
    const frame = ethernetFrameOf(random, around);
    assertEquals(
      readFrame(frame.bytes, needs),
      wanted(frame, needs, frame.bytes.length),
    );
  }
});
