/** Interfaces without an Ethernet header: what is counted is the IP packet that they carry. */
import { formatIpv4, formatIpv6 } from "../../src/basics/address.ts";
import { assert, assertEquals } from "@std/assert";
import { linkLayer } from "../../src/basics/link_layer.ts";
import { bytes, ethernet, ETHERTYPE, ipv4, ipv6, u16 } from "../lib/frames.ts";
import { lacksKernel } from "../lib/kernel.ts";
import { Program } from "../lib/program.ts";
import { generator } from "../lib/random.ts";
import { packetIn, read } from "../lib/reading.ts";
import { Namespace } from "../lib/stage.ts";
import { sendThroughTun, setHardwareType } from "../lib/traffic.ts";
import { Capture, run } from "../lib/xdptally.ts";

const IPIP = 4, IPV6 = 41, GRE = 47, DSTOPTS = 60;

const INNER = {
  [ETHERTYPE.ipv4]: ipv4("10.1.2.3", { payload: 100 }),
  [ETHERTYPE.ipv6]: ipv6([1, 2, 3], { payload: 100 }),
};

/** A packet whose payload are these parts, with each kind of outer header. */
function* inOuter(next: number, ...parts: (Uint8Array | number[])[]) {
  const content = bytes(...parts), payload = content.length;
  const headers = (packet: Uint8Array, length: number) =>
    bytes(packet.subarray(0, length), content);
  for (const ihl of [5, 6, 15]) {
    const packet = ipv4("192.0.2.9", { ihl, next, payload });
    yield [ETHERTYPE.ipv4, headers(packet, ihl * 4)] as const;
  }
  yield [ETHERTYPE.ipv6, headers(ipv6([9], { next, payload }), 40)] as const;
  const option = [next, 0, 4, 1, 4, 1, 1, 0];
  yield [
    ETHERTYPE.ipv6,
    bytes(
      ipv6([9], { next: DSTOPTS, payload: payload + 8 }).subarray(0, 40),
      option,
      content,
    ),
  ] as const;
}

/** GRE headers with each combination of its optional words. */
function* greHeaders(type: number) {
  for (let flags = 0; flags < 8; flags++) {
    const [checksum, key, sequence] = [flags & 1, flags >> 1 & 1, flags >> 2];
    yield bytes(
      u16(checksum << 15 | key << 13 | sequence << 12),
      u16(type),
      Array(4 * (checksum + key + sequence)).fill(0x45),
    );
  }
}

/** The frames of a tunnel's interface, with what may be left of the headers before it. */
function* tunnelFrames(layer: "ip in ip" | "gre") {
  for (const [key, inner] of Object.entries(INNER)) {
    const type = Number(key);
    const isIpv4 = type === ETHERTYPE.ipv4;
    yield { inner, frame: inner };
    yield { inner, frame: bytes(ethernet(type), inner) };
    const outer = layer === "gre"
      ? [...greHeaders(type)].flatMap((gre) => [...inOuter(GRE, gre, inner)])
      : [...inOuter(isIpv4 ? IPIP : IPV6, inner)];
    for (const [outerType, frame] of outer) {
      yield { inner, frame };
      yield { inner, frame: bytes(ethernet(outerType), frame) };
    }
  }
}

for (const layer of ["ip in ip", "gre"] as const) {
  for (const usesBtf of [false, true]) {
    Deno.test({
      name: `${layer}${
        usesBtf ? ", with BTF" : ""
      }: whatever is left of a tunnel's own headers, the packet inside is counted`,
      ignore: usesBtf && lacksKernel(6, 2, "a look at its own structs"),
      fn() {
        using program = new Program({ linkLayer: layer, usesBtf });
        let frames = 0;
        for (const { inner, frame } of tunnelFrames(layer)) {
          program.run({ frame });
          const isIpv4 = inner[0]! >> 4 === 4;
          const { length } = inner;
          const { total, sources } = program.take();
          assertEquals(total, [1, length], frame.toHex());
          assertEquals(sources, [{
            family: isIpv4 ? "ipv4" : "ipv6",
            key: isIpv4
              ? formatIpv4(inner.subarray(12, 16))
              : formatIpv6(inner.subarray(8, 24)),
            packets: 1,
            bytes: length,
          }], frame.toHex());
          frames++;
        }
        assert(frames > 20, `${frames}`);
      },
    });
  }
}

Deno.test("what only looks like a packet behind an Ethernet header is not taken for one: its EtherType decides", () => {
  using program = new Program({ linkLayer: "ip", usesBtf: false });
  const random = generator(5);
  for (const inner of Object.values(INNER)) {
    for (const type of [...Object.values(ETHERTYPE), random(0x600)]) {
      // The first packet's length is another one than the frame's.
      const before = ipv4("10.4.5.6").slice(0, 14);
      before.set(u16(type), 12);
      const frame = bytes(before, inner);
      program.run({ frame });
      const { total, sources } = program.take();
      const isIp = type === ETHERTYPE.ipv4 || type === ETHERTYPE.ipv6;
      assertEquals(total, [1, isIp ? inner.length : frame.length]);
      const { class: name } = read(packetIn(frame), true);
      assertEquals(sources.map(({ family }) => family), [name]);
      assertEquals(packetIn(frame).length, total[1]);
    }
  }
});

/** By ARPHRD_* of linux/if_arp.h; a tun can be of each. */
const NEITHER = [24, 32, 280, 513, 779, 801, 804, 805, 820, 824, 826, 65535];
const IP = [256, 512, 519, 768, 769, 776, 778, 823, 65534];

for (const hook of ["xdp", "tc"]) {
  Deno.test({
    name:
      `${hook}: IP packets are counted on interfaces of each type that has them`,
    ignore: hook === "tc" && lacksKernel(6, 6, "tcx links"),
    fn: async () => {
      using stage = new Namespace();
      stage.run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=0");
      stage.ip("tuntap", "add", "dev", "tun7", "mode", "tun");
      const packets = Object.values(INNER);
      for (const type of IP) {
        stage.ip("link", "set", "dev", "tun7", "down");
        await setHardwareType(stage, "tun7", type);
        stage.ip("link", "set", "dev", "tun7", "up");
        await using capture = new Capture(["--hook", hook, "tun7"], {
          in: stage.name,
        });
        await capture.attached();
        await sendThroughTun(stage, "tun7", packets);
        const { record: end } = await capture.end("SIGINT");
        assertEquals(
          end.sources.map(({ ip, bytes }: { ip: string; bytes: number }) => [
            ip,
            bytes,
          ]),
          [["10.1.2.3", 120], ["2001:db8::1:203", 140]],
          `hardware type ${type}`,
        );
      }
    },
  });
}

Deno.test("interfaces whose frames are neither IP nor Ethernet are refused", async () => {
  using stage = new Namespace();
  stage.ip("tuntap", "add", "dev", "tun7", "mode", "tun");
  for (const type of NEITHER) {
    assertEquals(linkLayer(type), undefined);
    await setHardwareType(stage, "tun7", type);
    const { code, stderr } = await run(["tun7"], { in: stage.name });
    assertEquals(code, 6);
    assert(stderr.includes(`hardware type ${type}`), stderr);
  }
});
