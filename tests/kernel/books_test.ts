/** The books of real runs balance, and every frame that arrived is in them, at full speed too. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  bytes,
  ethernet,
  ETHERTYPE,
  FRAMES,
  ipv4,
  ipv6,
  QINQ,
  VLAN,
} from "../lib/frames.ts";
import { read } from "../lib/reading.ts";
import { Namespace } from "../lib/stage.ts";
import { flood, send } from "../lib/traffic.ts";
import {
  assertBalanced,
  Capture,
  type JsonRecord,
  readUntil,
  sum,
} from "../lib/xdptally.ts";

const packets = (record: JsonRecord): number => record.total.packets;

/** Waits until the ticks add up to `wanted` packets. */
async function counted(capture: Capture, wanted: number): Promise<void> {
  await capture.until(() => sum(capture.ticks, packets) >= wanted);
}

/** Every tick balances, and the ticks add up to the end record. */
function assertRun(capture: Capture, end: JsonRecord): void {
  const { ticks } = capture;
  for (const record of [...ticks, end]) {
    assertBalanced(record);
    assertEquals(record.complete, true);
  }
  assertEquals(ticks.map(({ seq }) => seq), ticks.map((_, at) => at + 1));
  for (const part of ["total", "nonIp", "malformed"]) {
    for (const counter of ["packets", "bytes"]) {
      assertEquals(
        sum(ticks, (tick) => tick[part][counter]),
        end[part][counter],
        `${part}.${counter}`,
      );
    }
  }
}

/** Packets by source over all ticks. */
function bySource(ticks: JsonRecord[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { ip, packets } of ticks.flatMap(({ sources }) => sources)) {
    found.set(ip, (found.get(ip) ?? 0) + packets);
  }
  return found;
}

for (const mode of ["native", "generic"]) {
  Deno.test(`every kind of frame is counted once, ${mode} mode`, async () => {
    using stage = new Namespace();
    stage.veth("va", "vb");
    await using capture = new Capture(["--mode", mode, "-i", "100ms", "vb"], {
      in: stage.name,
    });
    const start = await capture.attached();
    assertEquals(start.mode, mode);
    assertEquals(start.ifindex, stage.index("vb"));

    const rounds = 50;
    await send(stage, "va", FRAMES.map(({ frame }) => frame), rounds);
    await counted(capture, FRAMES.length * rounds);
    const { record: end, code } = await capture.end("SIGINT");

    assertEquals(code, 0);
    assertEquals(end.reason, "signal");
    assertRun(capture, end);
    assertEquals(end.total.packets, FRAMES.length * rounds);
    assertEquals(end.rxCounter.packets, end.total.packets, "the driver's word");
    assertEquals(
      end.total.bytes,
      rounds * FRAMES.reduce((sum, { frame }) => sum + frame.length, 0),
    );
    for (
      const ip of [
        "10.0.0.1",
        "10.0.0.2",
        "10.0.0.4",
        "10.0.0.6",
        "10.0.0.8",
        "2001:db8::1",
        "2001:db8::5",
      ]
    ) {
      assertEquals(
        end.sources.find((source: JsonRecord) => source.ip === ip)?.packets,
        rounds,
        ip,
      );
    }
    for (const kind of ["nonIp", "malformed"]) {
      const frames = FRAMES.filter(({ frame }) => read(frame).class === kind);
      assertEquals(end[kind].packets, frames.length * rounds, kind);
    }
  });
}

Deno.test("3,000,000 frames at full speed from 65,536 sources, ticks of 100 ms: all are counted", async () => {
  using stage = new Namespace();
  stage.veth("va", "vb");
  await using capture = new Capture(["--hook", "xdp", "-i", "100ms", "vb"], {
    in: stage.name,
  });
  await capture.attached();
  // The queue between the two ends may drop frames; only those that arrived count.
  const frames = 3_000_000;
  let sent = 0;
  while (stage.settledRxPackets("vb") < frames) {
    await flood(
      stage,
      "va",
      frames,
      65_536,
      sent === 0 ? "sequence" : "shuffle",
    );
    sent += frames;
  }
  const arrived = stage.settledRxPackets("vb");
  await counted(capture, arrived);
  const { record: end, code } = await capture.end("SIGINT");

  assertEquals(code, 0);
  assertRun(capture, end);
  assertEquals(end.total.packets, arrived);
  assertEquals(end.sources.length, 65_536);
  assertEquals(end.untracked.packets, 0);
  assert(
    capture.ticks.filter(({ total }) => total.packets > 0).length > 1,
    "the ticks ran beside the flood",
  );
  if (arrived === frames) {
    // 3,000,000 frames from 65,536 sources in turn: 45 rounds and 50,880 more.
    const rounds = Math.floor(frames / 65_536);
    const longer = frames % 65_536;
    const counts = end.sources.map((source: JsonRecord) => source.packets);
    assertEquals(
      counts.filter((count: number) => count === rounds + 1).length,
      longer,
    );
    assertEquals(
      counts.filter((count: number) => count === rounds).length,
      65_536 - longer,
    );
  }
  const totals = new Map<string, number>(
    end.sources.map((source: JsonRecord) => [source.ip, source.packets]),
  );
  assertEquals(bySource(capture.ticks), totals);
});

Deno.test("more sources than --max-sources: the rest is untracked, and the books balance", async () => {
  using stage = new Namespace();
  stage.veth("va", "vb");
  await using capture = new Capture(
    ["--max-sources", "100", "-i", "100ms", "vb"],
    { in: stage.name },
  );
  await capture.attached();
  await flood(stage, "va", 100_000, 1000, "sequence");
  const arrived = stage.settledRxPackets("vb");
  await counted(capture, arrived);
  const { record: end, code, stderr } = await capture.end("SIGTERM");

  assertEquals(code, 0, "untracked packets do not make a run incomplete");
  assertStringIncludes(stderr, 'More sources on "vb" than --max-sources');
  assertRun(capture, end);
  assertEquals(end.total.packets, arrived);
  assertEquals(end.sources.length, 100);
  assert(end.untracked.packets > 0);
  assertEquals(end.untracked.full, end.untracked.packets);
  assert(
    end.untracked.packets >=
      sum(capture.ticks, (tick) => tick.untracked.packets),
  );
});

Deno.test("two interfaces in one run have separate books", async () => {
  using stage = new Namespace();
  stage.veth("va", "vb");
  stage.veth("vc", "vd");
  await using capture = new Capture(["-i", "100ms", "vb", "vd"], {
    in: stage.name,
  });
  await capture.attached(2);
  const frame = (source: string) =>
    bytes(ethernet(ETHERTYPE.ipv4), ipv4(source));
  await send(stage, "va", [frame("10.1.0.1")], 30);
  await send(stage, "vc", [frame("10.2.0.1"), frame("10.2.0.2")], 20);
  await counted(capture, 30 + 40);
  const { code } = await capture.end("SIGINT");

  assertEquals(code, 0);
  const ends = capture.records.filter(({ type }) => type === "end");
  assertEquals(
    ends.map((
      end,
    ) => [
      end.interface,
      end.total.packets,
      end.sources.map(({ ip }: JsonRecord) => ip),
    ]),
    [["vb", 30, ["10.1.0.1"]], ["vd", 40, ["10.2.0.1", "10.2.0.2"]]],
  );
});

Deno.test("tcpdump counts the same packets of the same sources", async () => {
  using stage = new Namespace();
  stage.veth("va", "vb");
  const senders = [
    bytes(ethernet(ETHERTYPE.ipv4), ipv4("10.3.0.1")),
    bytes(ethernet(ETHERTYPE.ipv4, [VLAN]), ipv4("10.3.0.2")),
    bytes(ethernet(ETHERTYPE.ipv4, [QINQ, VLAN]), ipv4("10.3.0.3")),
    bytes(ethernet(ETHERTYPE.ipv6), ipv6([1])),
    bytes(ethernet(ETHERTYPE.ipv6, [VLAN]), ipv6([2])),
  ];
  const rounds = [7, 5, 4, 3, 2];
  const frames = senders.flatMap((frame, at) =>
    Array<typeof frame>(rounds[at]!).fill(frame)
  );

  const witness = new Deno.Command("ip", {
    // On the sending end, since the other one passes its frames to XDP first.
    args: [
      "netns",
      "exec",
      stage.name,
      "tcpdump",
      "-n",
      "-l",
      "-i",
      "va",
      "-c",
      String(frames.length),
    ],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const lines = witness.stderr.pipeThrough(new TextDecoderStream()).getReader();
  await readUntil(lines, "listening on");

  await using capture = new Capture(["--hook", "xdp", "-i", "100ms", "vb"], {
    in: stage.name,
  });
  await capture.attached();
  await send(stage, "va", frames);
  await counted(capture, frames.length);
  const { record: end } = await capture.end("SIGINT");

  const seen = new Map<string, number>();
  for (const line of (await new Response(witness.stdout).text()).split("\n")) {
    const source = /\bIP6? ([0-9a-f.:]+?)(\.\d+)? >/.exec(line)?.[1];
    const ip = source?.split(".").length === 5
      ? source.replace(/\.\d+$/, "")
      : source;
    if (ip !== undefined) seen.set(ip, (seen.get(ip) ?? 0) + 1);
  }
  await lines.cancel();
  await witness.status;
  assertEquals(
    new Map(
      end.sources.map((source: JsonRecord) => [source.ip, source.packets]),
    ),
    seen,
  );
  assertEquals(seen.size, senders.length);
});
