/** A watched interface passes every frame unchanged and in order. */
import { assertEquals } from "@std/assert";
import { Folder } from "../lib/folder.ts";
import { type Bytes, bytes, ETHERTYPE, FRAMES } from "../lib/frames.ts";
import { Fuzzer } from "../lib/fuzz.ts";
import { generator } from "../lib/random.ts";
import { type Namespace, vethStage } from "../lib/stage.ts";
import { Tcpdump } from "../lib/tcpdump.ts";
import { SHORTEST } from "../lib/test_run.ts";
import { send } from "../lib/traffic.ts";
import { Capture, sum } from "../lib/xdptally.ts";

const MTU = 9000;

/** Every kind of frame, at every length, and padded to the MTU; then random ones. */
function sample(): Bytes[] {
  const frames: Bytes[] = [];
  for (const { frame } of FRAMES) {
    for (let length = SHORTEST; length <= frame.length; length++) {
      frames.push(frame.slice(0, length));
    }
    frames.push(bytes(frame, Array(MTU - frame.length).fill(0xcc)));
  }
  const fuzzer = new Fuzzer(MTU, false);
  const random = generator(1);
  for (let count = 0; count < 1000; count++) {
    fuzzer.next(random);
    frames.push(fuzzer.frame.slice());
  }
  return frames;
}

/**
 * Whether a frame gets through a veth, watched or not: behind XDP the kernel
 * removes a VLAN tag, and drops a frame that ends less than two bytes after it.
 */
function comesThrough(frame: Bytes): boolean {
  const isTagged = TAGS.includes(frame[12]! << 8 | frame[13]!);
  return !isTagged || frame.length >= 20;
}

const TAGS: readonly number[] = [ETHERTYPE.vlan, ETHERTYPE.qinq];

/** Sends the sample from `va`, and compares it with what arrives at `vb` after XDP. */
async function assertPasses(stage: Namespace): Promise<Bytes[]> {
  using folder = new Folder();
  for (const end of ["va", "vb"]) {
    stage.ip("link", "set", "dev", end, "mtu", String(MTU));
  }
  const frames = sample();
  const expected = frames.filter(comesThrough);
  const file = `${folder.path}/behind.pcap`;
  const count = String(expected.length);
  // tcpdump sees frames after XDP has passed them.
  const behind = await Tcpdump.start(stage, file, "-i", "vb", "-c", count);
  await send(stage, "va", frames);
  const passed = await behind.frames();
  for (const [at, frame] of expected.entries()) {
    assertEquals(passed[at]?.toHex(), frame.toHex(), `frame ${at}`);
  }
  return frames;
}

Deno.test("without xdptally every frame passes unchanged: tcpdump is a reliable witness", async () => {
  using stage = vethStage();
  await assertPasses(stage);
});

for (const mode of ["native", "generic"]) {
  Deno.test(`every frame passes unchanged and in order, ${mode} mode`, async () => {
    using stage = vethStage();
    await using capture = new Capture(["-m", mode, "-i", "100ms", "vb"], {
      in: stage.name,
    });
    await capture.attached();
    const frames = await assertPasses(stage);
    await capture.until(() =>
      sum(capture.ticks, ({ total }) => total.packets) === frames.length
    );
    const { code, record } = await capture.end("SIGINT");
    assertEquals([code, record.complete], [0, true]);
  });
}

for (const mode of ["native", "generic"]) {
  Deno.test(`what a tc filter redirects is sent unchanged and in order, ${mode} mode`, async () => {
    using stage = vethStage();
    stage.veth("vc", "vd");
    for (const name of ["va", "vb", "vc", "vd"]) {
      stage.ip("link", "set", "dev", name, "mtu", String(MTU));
    }
    stage.run("tc", "qdisc", "add", "dev", "vb", "clsact");
    stage.run(
      ...["tc", "filter", "add", "dev", "vb", "ingress", "protocol", "all"],
      ..."u32 match u32 0 0 action mirred egress redirect dev vc".split(" "),
    );
    await using capture = new Capture(["-m", mode, "vb"], { in: stage.name });
    await capture.attached();
    // The filter looks at four bytes behind the Ethernet header; tags are beside the frame.
    const frames = sample().filter((frame) =>
      frame.length >= 18 && !TAGS.includes(frame[12]! << 8 | frame[13]!)
    );
    using folder = new Folder();
    const file = `${folder.path}/redirected.pcap`;
    const count = String(frames.length);
    const behind = await Tcpdump.start(stage, file, "-i", "vd", "-c", count);
    await send(stage, "va", frames);
    const redirected = await behind.frames();
    for (const [at, frame] of frames.entries()) {
      assertEquals(redirected[at]?.toHex(), frame.toHex(), `frame ${at}`);
    }
  });
}
