/** Merged packets count as what they are on the wire, whoever merged them. */
import { assert, assertEquals } from "@std/assert";
import { Folder } from "../lib/folder.ts";
import {
  GUEST_PACKETS,
  guestPacket,
  MOST_SEGMENTS,
  randomSizes,
} from "../lib/guest.ts";
import { lacksKernel } from "../lib/kernel.ts";
import { generator } from "../lib/random.ts";
import type { Namespace } from "../lib/stage.ts";
import { Tcpdump } from "../lib/tcpdump.ts";
import { sendThroughTun } from "../lib/traffic.ts";
import { Wire } from "../lib/wire.ts";
import { Capture, type JsonRecord } from "../lib/xdptally.ts";

/** Frames that a veth with an XDP program keeps until it gets to them. */
const VETH_QUEUE = 256;

const TCX = lacksKernel(6, 6, "tcx links");

/** What a run counted of one source. */
function tallyOf(records: JsonRecord[], source: string) {
  const { complete, sources } = records.at(-1);
  assert(complete);
  const { packets, bytes } = sources.find(({ ip }: { ip: string }) =>
    ip === source
  );
  return { packets, bytes };
}

/**
 * Sends TCP over the wire, and compares what is counted in three places.
 *
 * @param longer bytes that a merged packet has to exceed
 * @param innerSource by which a run with --inner counts
 */
async function compare(
  wire: Wire,
  to: string,
  outerSource: string,
  longer: number,
  innerSource?: string,
) {
  const isInner = innerSource !== undefined;
  const source = innerSource ?? outerSource;
  const { sender, receiver } = wire;
  using folder = new Folder();
  const place = (stage: Namespace, ...args: string[]) =>
    new Capture(["-i", "200ms", ...(isInner ? ["--inner"] : []), ...args], {
      in: stage.name,
    });
  await using xdp = place(receiver, "-m", "native", "vb");
  await xdp.attached();
  await using incoming = place(receiver, "--hook", "tc", "vb");
  await using outgoing = place(
    sender,
    "--hook",
    "tc",
    "--direction",
    "out",
    "va",
  );
  await incoming.attached();
  await outgoing.attached();
  const filter = ["-s", "96", "src", "host", outerSource];
  const merged = await Tcpdump.start(
    receiver,
    `${folder.path}/vb`,
    "-i",
    "vb",
    ...filter,
  );

  await wire.tcp(to, "-n", "8M", "-l", "128K");
  receiver.settledRxPackets("vb");

  const buffers = await merged.lengths("SIGINT");
  const [ofOut, ofIn, ofXdp] = await Promise.all(
    [outgoing, incoming, xdp].map(async (capture) => {
      assertEquals((await capture.end("SIGINT")).code, 0);
      return tallyOf(capture.records, source);
    }),
  );
  assertEquals(ofOut, ofXdp, "sent");
  assertEquals(ofIn, ofXdp, "received");
  // Else nothing was merged, and the comparison says nothing.
  const { packets } = ofXdp!;
  assert(buffers.length < packets / 2, `${buffers.length} of ${packets}`);
  const longest = Math.max(...buffers);
  assert(longest > longer, `the longest has ${longest} bytes`);
}

for (
  const [what, setUp, to, source] of [
    ["TCP over IPv4", [], "10.77.0.2", "10.77.0.1"],
    ["TCP over IPv6", [], "fd77::2", "fd77::1"],
    [
      "BIG TCP over IPv6",
      [
        "link set DEVICE gso_max_size 200000 gro_max_size 200000",
      ],
      "fd77::2",
      "fd77::1",
    ],
    ...[4789, 8472, 5555].map((port) =>
      [
        `TCP in VXLAN, port ${port}`,
        [
          `link add vx type vxlan id 7 remote 10.77.0.OTHER dstport ${port} dev DEVICE`,
          "addr add 10.78.0.MINE/24 dev vx",
          "link set vx up mtu 1450",
        ],
        "10.78.0.2",
        "10.77.0.1",
      ] as const
    ),
    [
      "TCP in VXLAN over IPv6",
      [
        "link add vx type vxlan id 7 remote fd77::OTHER dstport 4789 dev DEVICE",
        "addr add 10.78.0.MINE/24 dev vx",
        "link set vx up mtu 1430",
      ],
      "10.78.0.2",
      "fd77::1",
    ],
  ] as const
) {
  Deno.test({
    name:
      `merged packets: ${what}: tc counts, at both ends, what XDP sees on the wire`,
    ignore: TCX,
    fn: async () => {
      using wire = new Wire();
      for (const line of setUp) wire.both(line);
      await compare(wire, to, source, what.startsWith("BIG") ? 70_000 : 10_000);
    },
  });
}

/** A tap of a virtual machine, and a bridge from it to the wire. */
function bridgeTap(sender: Namespace): void {
  sender.ip(..."tuntap add tap0 mode tap vnet_hdr".split(" "));
  sender.ip(..."link add br0 type bridge".split(" "));
  for (const port of ["va", "tap0"]) {
    sender.ip("link", "set", port, "master", "br0");
  }
  for (const device of ["br0", "tap0"]) sender.ip("link", "set", device, "up");
}

const HIDE_BTF = 'mount -t tmpfs none /sys/kernel/btf && exec "$0" "$@"';

/** A guest's packets are in no tunnel: most need no BTF. */
const GUESTS = GUEST_PACKETS.flatMap((kind) =>
  (kind.needsBtf ? [true] : [true, false]).map((hasBtf) => ({ kind, hasBtf }))
);

for (const { kind, hasBtf } of GUESTS) {
  Deno.test({
    name: `merged packets: ${kind.name} of a virtual machine, ${
      hasBtf ? "with" : "without"
    } BTF: tc counts what XDP sees on the wire behind the bridge`,
    ignore: TCX,
    fn: async () => {
      using wire = new Wire();
      const { sender, receiver } = wire;
      bridgeTap(sender);
      await using xdp = new Capture(["-m", "native", "vb"], {
        in: receiver.name,
      });
      await using tc = new Capture(["--hook", "tc", "tap0"], {
        in: sender.name,
        through: hasBtf ? [] : ["unshare", "--mount", "sh", "-c", HIDE_BTF],
      });
      await xdp.attached();
      await tc.attached();
      assertEquals(tc.stderr.includes("inside a tunnel"), !hasBtf);

      const random = generator(1);
      const atOnce = Math.floor(VETH_QUEUE / MOST_SEGMENTS), rounds = 4;
      for (let round = 0; round < rounds; round++) {
        const packets = Array.from(
          { length: atOnce },
          () => guestPacket(kind, randomSizes(random)),
        );
        await sendThroughTun(sender, "tap0", packets, "guest");
        receiver.settledRxPackets("vb");
      }

      assertEquals((await tc.end("SIGINT")).code, 0);
      assertEquals((await xdp.end("SIGINT")).code, 0);
      const onWire = tallyOf(xdp.records, kind.source);
      assertEquals(tallyOf(tc.records, kind.source), onWire);
      assert(onWire.packets > 4 * atOnce * rounds, `${onWire.packets}`);
    },
  });
}

for (
  const [over, remote, mtu, outerSource] of [
    ["IPv4", "10.77.0.OTHER", 1450, "10.77.0.1"],
    ["IPv6", "fd77::OTHER", 1430, "fd77::1"],
  ] as const
) {
  Deno.test({
    name:
      `merged packets: TCP in VXLAN over ${over}, with --inner: tc counts, at both ends, what XDP sees on the wire`,
    ignore: TCX,
    fn: async () => {
      using wire = new Wire();
      wire.both(
        `link add vx type vxlan id 7 remote ${remote} dstport 4789 dev DEVICE`,
      );
      wire.both("addr add 10.78.0.MINE/24 dev vx");
      wire.both(`link set vx up mtu ${mtu}`);
      await compare(wire, "10.78.0.2", outerSource, 10_000, "10.78.0.1");
    },
  });
}

for (const tags of [1, 2, 3, 4, 5]) {
  Deno.test({
    name:
      `merged packets: TCP of a virtual machine behind ${tags} VLAN tags: tc counts as many packets and bytes as XDP sees`,
    ignore: TCX,
    fn: async () => {
      using wire = new Wire();
      const { sender, receiver } = wire;
      bridgeTap(sender);
      // Else the outer tag is beside the data, where XDP does not see it.
      sender.run("ethtool", "-K", "va", "txvlan", "off");
      await using xdp = new Capture(["-m", "native", "vb"], {
        in: receiver.name,
      });
      await using tc = new Capture(["--hook", "tc", "tap0"], {
        in: sender.name,
      });
      await xdp.attached();
      await tc.attached();
      const [tcp] = GUEST_PACKETS;
      const sizes = { segment: 1000, payload: 9500, options: 0 };
      const packet = guestPacket(tcp!, sizes, undefined, tags);
      await sendThroughTun(sender, "tap0", [packet, packet], "guest");
      receiver.settledRxPackets("vb");
      const [counted, onWire] = [
        await tc.end("SIGINT"),
        await xdp.end("SIGINT"),
      ].map(({ record }) =>
        // A fifth tag is not looked behind for the source.
        tags > 4 ? record.nonIp : tallyOf([record], tcp!.source)
      );
      assertEquals(counted, onWire);
      assertEquals(onWire.packets, 20);
    },
  });
}

Deno.test({
  name:
    "merged packets: one whose TCP header claims to be longer than the frame counts as it is",
  ignore: TCX,
  fn: async () => {
    using wire = new Wire();
    bridgeTap(wire.sender);
    await using tc = new Capture(["--hook", "tc", "tap0"], {
      in: wire.sender.name,
    });
    await tc.attached();
    const [tcp] = GUEST_PACKETS;
    const sizes = { segment: 1, payload: 3, options: 0 };
    const packet = guestPacket(tcp!, sizes, 15);
    await sendThroughTun(wire.sender, "tap0", [packet, packet], "guest");
    wire.sender.settledRxPackets("tap0");
    assertEquals((await tc.end("SIGINT")).code, 0);
    const VIRTIO_HEADER = 10;
    const bytes = 2 * (packet.length - VIRTIO_HEADER);
    assertEquals(tallyOf(tc.records, tcp!.source), { packets: 2, bytes });
  },
});
