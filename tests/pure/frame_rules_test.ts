/** The rules by which a frame is read, each on frames made by hand. */
import { assert, assertEquals } from "@std/assert";
import type { FrameNeeds } from "../../src/frame/frame_reader.ts";
import { ethernetFrameOf, ipAround, type Layers } from "../lib/crafted.ts";
import { tunnelled, TUNNELS } from "../lib/crafted_tunnels.ts";
import { type Bytes, bytes, u16 } from "../lib/frames.ts";
import { generator } from "../lib/random.ts";
import { INNER, readFrame, WHOLE } from "../lib/read_frame.ts";

/** The class of a frame that was made by hand. */
function classOf(frame: Bytes, needs: FrameNeeds = INNER): string {
  const read = readFrame(frame, needs);
  return "fault" in read ? `${read.class}: ${read.fault}` : read.class;
}

const ethernetOf = (type: number, ...rest: (number[] | Uint8Array)[]) =>
  bytes(Array(12).fill(2), u16(type), ...rest);

/** A plain packet, the same each time. */
const packet = (seed = 1): Layers => tunnelled(generator(seed), 0);

Deno.test("four tags are read and eight labels, a fifth and a ninth are not", () => {
  const inner = bytes([0x08, 0], [0x45], Array(19).fill(9));
  for (let tags = 0; tags < 7; tags++) {
    const frame = bytes(
      Array(12).fill(2),
      ...Array.from({ length: tags }, () => [0x81, 0, 0, 5]),
      inner,
    );
    const read = readFrame(frame, WHOLE);
    assertEquals(read.class, tags > 4 ? "nonIp" : "ipv4");
    assertEquals(read.etherType, tags > 4 ? 0x8100 : 0x0800);
    assertEquals(read.vlan, tags > 0 ? 5 : undefined);
  }
  for (let labels = 1; labels < 12; labels++) {
    const stack = Array.from({ length: labels }, (_, at) => [
      ...[1, 1, at === labels - 1 ? 1 : 0, 9],
    ]);
    const frame = ethernetOf(0x8847, ...stack, inner.subarray(2));
    assertEquals(classOf(frame), labels > 8 ? "nonIp" : "ipv4");
  }
});

Deno.test("what is not IP, and why a header is none", () => {
  const ipv4 = bytes([0x45], Array(19).fill(0));
  const ipv6 = bytes([0x60], Array(39).fill(0));
  const bad = (first: number) => bytes([first], Array(39).fill(0));
  const cases: [Bytes, string][] = [
    [ethernetOf(0x0806, Array(28).fill(1)), "nonIp"],
    [ethernetOf(0x05ff, ipv4), "nonIp"],
    [ethernetOf(0, ipv4), "nonIp"],
    [ethernetOf(0x0800, bad(0x65)), "malformed: version"],
    [ethernetOf(0x0800, bad(0x05)), "malformed: version"],
    [ethernetOf(0x0800, bad(0x44)), "malformed: length"],
    [ethernetOf(0x86dd, bad(0x45)), "malformed: version"],
    [ethernetOf(0x8864, [0x11, 0, 0, 0, 0, 0, 0, 0x21], ipv4), "ipv4"],
    [ethernetOf(0x8864, [0x11, 0, 0, 0, 0, 0, 0, 0x57], ipv6), "ipv6"],
    [ethernetOf(0x8864, [0x11, 0, 0, 0, 0, 0, 0xc0, 0x21], ipv4), "nonIp"],
    [ethernetOf(0x8864, [0x12, 0, 0, 0, 0, 0, 0, 0x21], ipv4), "nonIp"],
    [ethernetOf(0x8864, [0x11, 9, 0, 0, 0, 0, 0, 0x21], ipv4), "nonIp"],
    [ethernetOf(0x8863, [0x11, 9, 0, 0, 0, 0, 0, 0x21], ipv4), "nonIp"],
    [
      ethernetOf(0x8864, [0x11, 0, 0, 0, 0, 0, 0, 0x57], ipv4, Array(20)),
      "malformed: version",
    ],
    [ethernetOf(0x8847, [1, 1, 1, 9], bad(0x05)), "nonIp"],
    [ethernetOf(0x8847, [1, 1, 1, 9]), "malformed: short"],
  ];
  for (const [frame, name] of cases) assertEquals(classOf(frame), name);
  for (const type of [0, 1, 0x05ff]) {
    assertEquals(readFrame(ethernetOf(type), WHOLE), {
      class: "nonIp",
      mac: "020202020202",
      vlan: undefined,
      etherType: 0,
    });
  }
  const unknown = { mac: undefined, vlan: undefined, etherType: 1 };
  for (
    const [kind, frame] of [
      ["ip", [0x15]],
      ["loopback", [0, 0, 0, 7, 0x45]],
      ["ppp", [0xc0, 0x21, 1]],
      ["hdlc", [0xff, 0x03, 0x80, 0x21]],
    ] as const
  ) {
    assertEquals(
      readFrame(Uint8Array.from(frame), WHOLE, kind),
      { class: "nonIp", ...unknown },
    );
  }
});

/** An IPv4 packet around GRE, or around UDP to a port, made by hand. */
function ipv4Of(protocol: number, ...payload: (number[] | Uint8Array)[]) {
  const random = generator(7);
  const all = bytes(...payload);
  return ethernetFrameOf(
    generator(2),
    ipAround(random, { bytes: all, protocol, levels: [], names: [] }),
  ).bytes;
}

function udpTo(port: number, ...payload: (number[] | Uint8Array)[]) {
  const all = bytes(...payload);
  return ipv4Of(17, [9, 9], u16(port), u16(8 + all.length), [0, 0], all);
}

Deno.test("packets that are no tunnel's count as themselves, those that cannot be read inside are undecoded", () => {
  const inner = packet().bytes;
  const frame = ethernetOf(0x0800 + (inner[0]! >> 4 === 6 ? 0x7edd : 0), inner);
  const gre = (...header: number[]) => ipv4Of(47, header, frame);
  const own = "ipv4 ipv6";
  const cases: [string, Bytes, string][] = [
    ["VXLAN without an identifier", udpTo(4789, Array(8).fill(0), frame), own],
    [
      "GENEVE of version 1",
      udpTo(6081, [0x40, 0, 0x65, 0x58, 0, 0, 0, 0], frame),
      own,
    ],
    [
      "GENEVE with ARP",
      udpTo(6081, [0, 0, 8, 6, 0, 0, 0, 0], frame),
      "undecoded",
    ],
    [
      "GTP of version 2",
      udpTo(2152, [0x50, 0xff, 0, 0, 0, 0, 0, 0], inner),
      own,
    ],
    ["GTP'", udpTo(2152, [0x20, 0xff, 0, 0, 0, 0, 0, 0], inner), own],
    ["GTP's echo", udpTo(2152, [0x30, 1, 0, 0, 0, 0, 0, 0], inner), own],
    [
      "GTP with an extension of no length",
      udpTo(2152, [0x34, 0xff, ...Array(9).fill(0), 0x85], [0, 0, 0, 0], inner),
      "undecoded",
    ],
    [
      "GTP with five extensions",
      udpTo(
        2152,
        [0x34, 0xff, ...Array(9).fill(0), 0x85],
        ...Array(4).fill([1, 0, 0, 0x85]),
        [1, 0, 0, 0],
        inner,
      ),
      "undecoded",
    ],
    [
      "GTP with another version of IP",
      udpTo(2152, [0x30, 0xff, 0, 0, 0, 0, 0, 0], [0x55], inner),
      "undecoded",
    ],
    ["L2TPv2", udpTo(1701, [0, 2, 0, 0, 0, 0, 0, 0], frame), own],
    ["L2TP's control", udpTo(1701, [0xc8, 3, 0, 0, 0, 0, 0, 0], frame), own],
    [
      "L2TPv3 with more behind the packet",
      udpTo(1701, [0, 3, 0, 0, 0, 0, 0, 0], frame, [0]),
      "undecoded",
    ],
    ["GRE of version 1", gre(0, 1, 8, 0), "undecoded"],
    ["GRE with routing", gre(0x40, 0, 8, 0), "undecoded"],
    ["GRE with another type", gre(0, 0, 0x88, 0xb5), "undecoded"],
    [
      "ERSPAN III of another frame type",
      gre(0x10, 0, 0x22, 0xeb, ...Array(14).fill(0), 1 << 2, 0),
      "undecoded",
    ],
    ["nothing in a tunnel", ipv4Of(4), "undecoded"],
    [
      "IPv6 where IPv4 is announced",
      ipv4Of(4, [0x60], Array(39).fill(0)),
      "undecoded",
    ],
    [
      "IPv4 where IPv6 is announced",
      ipv4Of(41, [0x45], Array(39).fill(0)),
      "undecoded",
    ],
    [
      "a wrong header length inside",
      ipv4Of(4, [0x44], Array(39).fill(0)),
      "undecoded",
    ],
    [
      "ARP in VXLAN",
      udpTo(
        4789,
        [8, 0, 0, 0, 0, 0, 0, 0],
        ethernetOf(0x0806, Array(28).fill(0)),
      ),
      "undecoded",
    ],
  ];
  for (const [name, frame, expected] of cases) {
    const found = classOf(frame);
    assert(expected.split(" ").includes(found), `${name}: ${found}`);
    assert(own.split(" ").includes(classOf(frame, WHOLE)), name);
  }
});

Deno.test("later fragments of tunnels over IP are undecoded, those of UDP count as themselves", () => {
  for (const name of Object.keys(TUNNELS)) {
    const random = generator(54);
    const inside = TUNNELS[name]!(random, packet(3));
    for (const around of Array(20).fill(ipAround)) {
      const later = around(random, { ...inside, isLaterFragment: true });
      const { bytes } = ethernetFrameOf(random, later);
      assertEquals(
        classOf(bytes),
        inside.protocol === 17 ? later.levels[0]!.family : "undecoded",
        name,
      );
    }
  }
});

Deno.test("behind the header of a later fragment no further header is read", () => {
  const fragment = (next: number, offset: number) => [
    ...[next, 0, ...u16(offset << 3 | 1), 0, 0, 0, 1],
  ];
  const udp = [0, 7, 0, 9, 0, 8, 0, 0];
  for (const extension of [0, 43, 44, 51, 60]) {
    for (const offset of [0, 1, 185, 0x1fff]) {
      const frame = ethernetOf(
        0x86dd,
        [0x60, 0, 0, 0, 0, 24, 44, 64],
        Array(32).fill(1),
        fragment(extension, offset),
        extension === 51
          ? [17, 0, 0, 0, 0, 0, 0, 0]
          : [17, ...Array(7).fill(0)],
        udp,
      );
      const { protocol, port } = readFrame(frame, WHOLE);
      assertEquals(
        [protocol, port],
        offset === 0 ? [17, 9] : [extension, undefined],
        `${extension} at ${offset}`,
      );
    }
  }
});
