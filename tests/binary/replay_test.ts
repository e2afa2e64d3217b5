/** Real conversations, live and replayed: tshark and xdptally count the same. */
import { assert, assertEquals } from "@std/assert";
import { Folder } from "../lib/folder.ts";
import { type Bytes, bytes, QINQ, VLAN } from "../lib/frames.ts";
import { Peers } from "../lib/peers.ts";
import { readPcap, writePcap } from "../lib/pcap.ts";
import { sh, vethStage } from "../lib/stage.ts";
import { Tcpdump } from "../lib/tcpdump.ts";
import { byAddress, matches, senders } from "../lib/tshark.ts";
import { Capture, type JsonRecord, run, sum } from "../lib/xdptally.ts";

/** Display filters of tshark; the conversation must have frames of each kind. */
const TRAITS = [
  ...["arp", "icmp", "icmpv6", "dns", "http", "ssh", "tcp", "udp"],
  ...["ip.flags.mf == 1", "ip.frag_offset > 0", "ipv6.fraghdr", "ipv6.hopopts"],
  "frame.len > 9000",
];

async function counted(capture: Capture, frames: number): Promise<void> {
  await capture.until(() =>
    sum(capture.ticks, ({ total }) => total.packets) >= frames
  );
}

/** The sources of a record, in the order and form of tshark's list. */
function sources(record: JsonRecord) {
  return record.sources.toSorted(byAddress);
}

/** Adds VLAN tags to a frame; this kernel may lack VLAN devices. */
function tagged(frame: Bytes, tags: readonly { type: number; id: number }[]) {
  const words = tags.flatMap(({ type, id }) => [type, id]);
  return bytes(
    frame.subarray(0, 12),
    words.flatMap((word) => [word >> 8, word & 0xff]),
    frame.subarray(12),
  );
}

/** Replays a capture file into a stage of its own, and returns the end record. */
async function replay(
  mode: string,
  path: string,
  frames: number,
  ...args: readonly string[]
): Promise<JsonRecord> {
  using stage = vethStage();
  for (const end of ["va", "vb"]) stage.ip("link", "set", end, "mtu", "9100");
  await using capture = new Capture(
    ["-m", mode, "-i", "100ms", ...args, "vb"],
    {
      in: stage.name,
    },
  );
  await capture.attached();
  stage.run("tcpreplay", "-q", "--mbps=400", "-i", "va", path);
  await counted(capture, frames);
  const { code, record } = await capture.end("SIGINT");
  assertEquals([code, record.complete], [0, true]);
  return record;
}

/** The end record of a file that is read. */
async function readFile(
  path: string,
  ...args: readonly string[]
): Promise<JsonRecord> {
  const { code, stdout, stderr } = await run(["read", "-j", ...args, path]);
  assertEquals([code, stderr], [0, ""]);
  return JSON.parse(stdout.trimEnd().split("\n").at(-1)!);
}

/** What rows stand for: each field, flows, the link, networks and filters. */
const COUNTINGS: readonly (readonly string[])[] = [
  ...[
    ...["source", "destination", "protocol", "source-port", "port", "tcp"],
    ...["dscp", "mac", "vlan", "ethertype"],
    "source,destination",
    "source,destination,protocol,source-port,port",
    "protocol,port",
    "mac,source",
    "mac,vlan,ethertype",
    "port,tcp,dscp",
    "source,destination,protocol,source-port,port,tcp,dscp,mac,vlan,ethertype",
  ].map((by) => ["--by", by]),
  ["--prefix4", "24", "--prefix6", "64"],
  ["--by", "source,destination,port", "--prefix4", "31", "--prefix6", "0"],
  ["--filter", "10.50.0.1,fd00:50::/127"],
  ["--by", "mac,vlan", "--filter", "!10.50.0.0/31,!fe80::/10"],
];

Deno.test("traffic of real programs, live, replayed and read: xdptally and tshark agree on packets and bytes by source", async (test) => {
  using folder = new Folder();
  await using peers = new Peers(folder);
  await peers.serve();
  const both = `${folder.path}/both.pcap`;
  const incoming = `${folder.path}/incoming.pcap`;

  await test.step("live, the server's side", async () => {
    const { server } = peers;
    const vs = ["-U", "-i", "vs"];
    const dumps = await Promise.all([
      Tcpdump.start(server, both, ...vs),
      Tcpdump.start(server, incoming, ...vs, "-Q", "in"),
    ]);
    await using capture = new Capture(["-i", "100ms", "vs"], {
      in: server.name,
    });
    await capture.attached();
    peers.plug("up");
    await peers.talk();
    peers.plug("down");
    const total = server.settledRxPackets("vs");
    await counted(capture, total);
    await dumps[1]!.until(total);
    const { code, record } = await capture.end("SIGINT");
    for (const dump of dumps) await dump.frames("SIGINT");
    assertEquals([code, record.complete], [0, true]);
    assertEquals(sources(record), senders(incoming));
  });

  const conversation = readPcap(both);
  for (const [at, count] of matches(both, TRAITS).entries()) {
    assert(count > 0, `${TRAITS[at]} is missing in the conversation`);
  }

  const frames = [
    ...conversation,
    ...conversation.map((frame) => tagged(frame, [VLAN])),
    ...conversation.map((frame) => tagged(frame, [QINQ, VLAN])),
  ];
  const file = `${folder.path}/trunk.pcap`;
  writePcap(file, frames);
  const expected = senders(file);
  for (const mode of ["native", "generic"]) {
    await test.step(`replayed, with a copy in VLANs and one in QinQ, ${mode} mode`, async () => {
      const record = await replay(mode, file, frames.length);
      assertEquals(sources(record), expected);
      assertEquals(record.total.packets, frames.length);
      assertEquals(
        record.total.bytes,
        frames.reduce((sum, { length }) => sum + length, 0),
      );
      assertEquals(record.malformed.packets, 0);
    });
  }

  await test.step("what other programs make of the file is read as by tshark", async () => {
    for (const format of ["pcap", "nsecpcap", "modpcap", "pcapng"]) {
      const other = `${folder.path}/${format}`;
      sh("editcap", "-F", format, file, other);
      assertEquals(sources(await readFile(other)), expected, format);
      sh("editcap", "-F", format, "-s", "62", file, other);
      assertEquals(sources(await readFile(other)), expected, `cut ${format}`);
    }
    const merged = `${folder.path}/merged`;
    sh("mergecap", "-w", merged, file, incoming);
    assertEquals(sources(await readFile(merged)), senders(merged));
    sh("gzip", "-k", file);
    assertEquals(sources(await readFile(`${file}.gz`)), expected);
  });

  for (const args of COUNTINGS) {
    await test.step(`read as it is counted live: ${args.join(" ")}`, async () => {
      const live = await replay("native", file, frames.length, ...args);
      const read = await readFile(file, ...args);
      for (
        const part of [
          ...["total", "sources", "others", "untracked", "nonIp", "malformed"],
          ...["filtered", "undecoded", "by"],
        ]
      ) assertEquals(read[part], live[part], part);
    });
  }
});
