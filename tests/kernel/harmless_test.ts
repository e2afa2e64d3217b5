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

/** Every kind of frame, cut off anywhere and prolonged; then what nobody thought of. */
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
 * What comes through a veth, bare or watched: behind XDP the kernel takes a
 * VLAN tag off, and drops the frame that ends less than two bytes after it.
 */
function comesThrough(frame: Bytes): boolean {
  const isTagged = TAGS.includes(frame[12]! << 8 | frame[13]!);
  return !isTagged || frame.length >= 20;
}

const TAGS: readonly number[] = [ETHERTYPE.vlan, ETHERTYPE.qinq];

/** Sends the sample from `va`, and compares it with what arrives behind `vb`. */
async function assertPasses(stage: Namespace): Promise<Bytes[]> {
  using folder = new Folder();
  for (const end of ["va", "vb"]) {
    stage.ip("link", "set", "dev", end, "mtu", String(MTU));
  }
  const frames = sample();
  const expected = frames.filter(comesThrough);
  const file = `${folder.path}/behind.pcap`;
  const count = String(expected.length);
  // It listens where frames come to once XDP has passed them.
  const behind = await Tcpdump.start(stage, file, "-i", "vb", "-c", count);
  await send(stage, "va", frames);
  const passed = await behind.frames();
  for (const [at, frame] of expected.entries()) {
    assertEquals(passed[at]?.toHex(), frame.toHex(), `frame ${at}`);
  }
  return frames;
}

Deno.test("every frame passes a bare veth as it came: the witness is right", async () => {
  using stage = vethStage();
  await assertPasses(stage);
});

for (const mode of ["native", "generic"]) {
  Deno.test(`every frame passes as it came, and in its turn, ${mode} mode`, async () => {
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
