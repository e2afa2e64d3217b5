/**
 * Capture files that tcpdump, dumpcap, editcap, mergecap and text2pcap write, held
 * against tshark: the same packets, times, lengths, bytes and interfaces. This needs
 * root, for the network namespaces in which they capture.
 */
import { assert, assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { gunzip } from "../../src/formats/gunzip.ts";
import { CaptureReader } from "../../src/pcap/capture_reader.ts";
import { linkKindOf } from "../../src/pcap/link_types.ts";
import { Folder } from "../lib/folder.ts";
import { bytes, ethernet, ETHERTYPE, ipv4, QINQ, VLAN } from "../lib/frames.ts";
import { Peers } from "../lib/peers.ts";
import { type ReadCapture, readCapture } from "../lib/read_capture.ts";
import { INNER, readFrame } from "../lib/read_frame.ts";
import { type Namespace, sh } from "../lib/stage.ts";
import { Tcpdump } from "../lib/tcpdump.ts";
import { send } from "../lib/traffic.ts";
import { packetsOf, type SharkPacket } from "../lib/tshark.ts";
import { compareFrames } from "../lib/tshark_comparison.ts";
import { readUntil } from "../lib/xdptally.ts";

/** A reading in the form of tshark's. */
function asShark({ packets, damage }: ReadCapture): SharkPacket[] {
  assertEquals(damage, undefined);
  return packets.map(({ data, wireLength, time, name }) => {
    const [seconds, nanoseconds] = time!;
    const captured = Uint8Array.fromHex(data);
    return {
      time: `${seconds}.${String(nanoseconds).padStart(9, "0")}`,
      length: wireLength,
      kept: captured.length,
      digest: createHash("md5").update(captured).digest("hex"),
      name,
    };
  });
}

/** Holds a file against tshark; returns what is in it. */
function compare(path: string): ReadCapture {
  const file = Deno.readFileSync(path);
  const read = readCapture(file, () => 10_007);
  assert(read.packets.length > 0, path);
  assertEquals(asShark(read), packetsOf(path), path);
  return read;
}

/** Starts dumpcap on interfaces of a namespace. @returns what ends it */
async function startDumpcap(
  namespace: string,
  file: string,
  ...interfaces: string[]
): Promise<() => Promise<void>> {
  const child = new Deno.Command("ip", {
    args: [
      ...["netns", "exec", namespace, "timeout", "60", "dumpcap", "-q"],
      ...interfaces.flatMap((name) => ["-i", name]),
      ...["-w", file],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const said = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  await readUntil(said, "File:");
  return async () => {
    child.kill("SIGINT");
    for (; !(await said.read()).done;);
    await child.status;
  };
}

/** Waits until packets of both interfaces are in a file, and makes some on lo. */
async function hasBoth(server: Namespace, path: string): Promise<void> {
  for (const end = performance.now() + 20_000; performance.now() < end;) {
    server.run("ping", "-q", "-c", "3", "-i", "0.01", "127.0.0.1");
    const { packets } = readCapture(Deno.readFileSync(path));
    if (new Set(packets.map(({ name }) => name)).size === 2) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("dumpcap writes nothing of an interface");
}

/** Pings between the ends of a VXLAN over the peers' cable, and sends tagged frames. */
async function talkThroughVxlan({ client, server }: Peers): Promise<void> {
  for (
    const [host, device, mine, other] of [
      [client, "vc", 1, 2],
      [server, "vs", 2, 1],
    ] as const
  ) {
    host.ip(
      ...["link", "add", "vx", "type", "vxlan", "id", "5", "dev", device],
      ...["local", `10.50.0.${mine}`, "remote", `10.50.0.${other}`],
      ...["dstport", "4789"],
    );
    host.ip("address", "add", `10.60.0.${mine}/24`, "dev", "vx");
    host.ip("link", "set", "dev", "vx", "up");
  }
  client.run("ping", "-q", "-c", "5", "-i", "0.01", "10.60.0.2");
  const tagged = [VLAN, QINQ].map((tag) =>
    bytes(ethernet(ETHERTYPE.ipv4, [tag, VLAN]), ipv4("10.0.0.1"))
  );
  await send(client, "vc", tagged, 3);
}

/** The formats that editcap writes and that tell what they are. */
const FORMATS = ["pcap", "nsecpcap", "modpcap", "pcapng"];

Deno.test("what real programs capture and convert reads as in tshark", async (test) => {
  using folder = new Folder();
  await using peers = new Peers(folder);
  await peers.serve();
  const file = (name: string) => `${folder.path}/${name}`;
  const { server } = peers;
  const dumps = await Promise.all([
    Tcpdump.start(server, file("whole.pcap"), "-i", "vs"),
    Tcpdump.start(server, file("any2.pcap"), "-i", "any", "-y", "LINUX_SLL2"),
    Tcpdump.start(server, file("any1.pcap"), "-i", "any", "-y", "LINUX_SLL"),
    Tcpdump.start(
      ...[server, file("nano.pcap"), "-i", "vs"] as const,
      ...["-s", "60", "--time-stamp-precision=nano"],
    ),
  ]);
  const endDumpcap = await startDumpcap(
    ...[server.name, file("two.pcapng"), "vs", "lo"] as const,
  );
  peers.plug("up");
  await peers.talk();
  await talkThroughVxlan(peers);
  await hasBoth(server, file("two.pcapng"));
  for (const dump of dumps) await dump.lengths("SIGINT");
  await endDumpcap();

  const originals = ["whole", "any2", "any1", "nano"].map((name) =>
    file(`${name}.pcap`)
  ).concat(file("two.pcapng"));
  const reads = new Map<string, ReadCapture>();
  for (const path of originals) {
    await test.step(`${path.slice(folder.path.length + 1)}`, () => {
      const read = compare(path);
      reads.set(path, read);
      assertEquals(readCapture(Deno.readFileSync(path)), read);
    });
  }
  const linkTypes = originals.map((path) =>
    reads.get(path)!.packets[0]!.linkType
  );
  assertEquals(linkTypes, [1, 276, 113, 1, 1]);
  const { packets } = reads.get(file("two.pcapng"))!;
  assertEquals(new Set(packets.map(({ name }) => name)), new Set(["vs", "lo"]));

  const changes = [
    [],
    ["-s", "40"],
    ["-t", "-3600.000001"],
    ["-C", "12:6", "-L"],
  ];
  await test.step("the packets in it, and those in VXLAN", () => {
    const [whole, any2, any1] = originals;
    for (const path of [whole!, any2!, any1!]) {
      const { packets } = reads.get(path)!;
      const { linkType } = packets[0]!;
      const frames = packets.map(({ data }) => ({
        bytes: Uint8Array.fromHex(data),
        kind: linkKindOf(linkType)!,
        name: path,
      }));
      compareFrames(frames, linkType, folder);
      const inside = frames.filter(({ bytes, kind }) =>
        readFrame(bytes, INNER, kind).outer !== undefined
      );
      assert(inside.length >= 10, `${inside.length} packets in VXLAN`);
    }
  });

  for (const [at, format] of FORMATS.entries()) {
    await test.step(`converted to ${format}, some cut off or at other times`, () => {
      for (const [number, path] of originals.entries()) {
        const args = changes[(at + number) % changes.length]!;
        sh("editcap", "-F", format, ...args, path, file("converted"));
        compare(file("converted"));
      }
    });
  }

  await test.step("merged files, and sections one behind the other", () => {
    const [whole, , , nano] = originals;
    sh("mergecap", "-F", "pcapng", "-w", file("merged"), whole!, nano!);
    const merged = compare(file("merged"));
    const numbers = new Set(merged.packets.map((packet) => packet.interface));
    assertEquals(numbers, new Set([0, 1]));
    const paths = [file("two.pcapng"), file("merged")];
    const joined = bytes(...paths.map((path) => Deno.readFileSync(path)));
    Deno.writeFileSync(file("sections"), joined);
    // tshark 4.0 gives interfaces of a second section the names of the first.
    const nameless = (packets: SharkPacket[]) =>
      packets.map((packet) => ({ ...packet, name: undefined }));
    const read = readCapture(joined);
    assertEquals(
      nameless(asShark(read)),
      nameless(packetsOf(file("sections"))),
    );
    const both = reads.get(paths[0]!)!.packets.concat(
      merged.packets.map((packet) => ({
        ...packet,
        interface: packet.interface + 2,
      })),
    );
    assertEquals(read.packets, both);
  });

  await test.step("text2pcap's, of raw IP", () => {
    const text = file("text");
    Deno.writeTextFileSync(
      text,
      "0000 45 00 00 1c 00 01 00 00 40 11 00 00 0a 00 00 01\n" +
        "0010 0a 00 00 02 00 35 00 35 00 08 00 00\n",
    );
    for (const format of FORMATS) {
      sh("text2pcap", "-q", "-l", "101", "-F", format, text, file("raw"));
      assertEquals(compare(file("raw")).packets[0]!.linkType, 101);
    }
  });

  await test.step("compressed", () => {
    const original = Deno.readFileSync(originals[4]!);
    const compressed = gzipSync(original);
    let at = 0;
    const parts = gunzip((into) => {
      const part = compressed.subarray(at, at += into.length);
      into.set(part);
      return part.length || null;
    });
    const reader = new CaptureReader();
    let packets = 0;
    for (const part of parts) {
      assert(part instanceof Uint8Array);
      reader.add(part);
      while (reader.next()) packets++;
    }
    reader.end();
    assertEquals(reader.damage, undefined);
    assertEquals(packets, reads.get(originals[4]!)!.packets.length);
  });

  // They have the magic numbers of others, and larger headers.
  for (const format of ["rh6_1pcap", "nokiapcap", "suse6_3pcap"]) {
    await test.step(`${format}, which cannot be told from others, is damage`, () => {
      sh("editcap", "-F", format, originals[0]!, file("old"));
      const { packets, damage } = readCapture(Deno.readFileSync(file("old")));
      assert(damage !== undefined && packets.length < 10, `${damage?.why}`);
    });
  }
});
