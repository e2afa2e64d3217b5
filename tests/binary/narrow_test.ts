/** `--filter`, `--prefix4`, `--by`, `--direction` and `--hook`, at work in the built executable. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { bytes, ethernetFrame, FRAMES } from "../lib/frames.ts";
import { read } from "../lib/reading.ts";
import { lacksKernel } from "../lib/kernel.ts";
import { Namespace, vethStage } from "../lib/stage.ts";
import { flood, Keepers, send } from "../lib/traffic.ts";
import {
  assertBalanced,
  become,
  Capture,
  type JsonRecord,
  run,
  sum,
} from "../lib/xdptally.ts";

const TCX = lacksKernel(6, 6, "tcx links");

/** Sends frames from these sources and returns the end record. */
async function countOf(
  sources: readonly string[],
  ...args: string[]
): Promise<JsonRecord> {
  using stage = vethStage();
  await using capture = new Capture(["-i", "100ms", ...args, "vb"], {
    in: stage.name,
  });
  await capture.attached();
  await send(stage, "va", [
    ...sources.map(ethernetFrame),
    bytes(Array(12).fill(2), [0x88, 0xcc], Array(46).fill(0)), // LLDP
  ]);
  await capture.until(() =>
    sum(capture.ticks, ({ total }) => total.packets) === sources.length + 1
  );
  const { record, code } = await capture.end("SIGINT");
  assertEquals(code, 0);
  assertBalanced(record);
  return record;
}

Deno.test("--filter: the longest matching network decides; what it drops is counted as filtered", async () => {
  const end = await countOf(
    ["10.0.0.1", "10.1.0.1", "10.1.2.3", "192.0.2.1"],
    "--filter",
    "10.0.0.0/8,!10.1.0.0/16,10.1.2.0/24",
  );
  assertEquals(
    end.sources.map(({ ip }: JsonRecord) => ip),
    ["10.0.0.1", "10.1.2.3"],
  );
  assertEquals([end.filtered.packets, end.nonIp.packets], [2, 1]);
});

Deno.test("--prefix4 counts by network", async () => {
  const end = await countOf(
    ["10.0.0.1", "10.0.0.2", "10.0.1.1"],
    "--prefix4",
    "24",
  );
  assertEquals(
    end.sources.map(({ ip, packets }: JsonRecord) => [ip, packets]),
    [["10.0.0.0/24", 2], ["10.0.1.0/24", 1]],
  );
});

Deno.test("--prefix4: a spoofed flood is a row for each network", async () => {
  using stage = vethStage();
  await using capture = new Capture(
    ["-i", "100ms", "--prefix4", "16", "--max-sources", "300", "vb"],
    { in: stage.name },
  );
  await capture.attached();
  await flood(stage, "va", 100_000, 65_536, "shuffle");
  await capture.until(() =>
    capture.ticks.reduce((sum, { total }) => sum + total.packets, 0) === 100_000
  );
  const { record } = await capture.end("SIGINT");
  assertBalanced(record);
  assertEquals([record.sources.length, record.untracked.packets], [1, 0]);
});

Deno.test("--by: records have the fields instead of `ip`, in whatever order they are named", async () => {
  for (const by of ["source,protocol", "protocol,source"]) {
    const end = await countOf(["10.0.0.1"], "--by", by);
    assertEquals(end.by, "source,protocol");
    const [{ packets, ...row }] = end.sources;
    assertEquals(packets, 1);
    const fields = { source: "10.0.0.1", protocol: "udp" };
    assertEquals(row, { ...fields, bytes: row.bytes });
  }
  const { sources } = await countOf(["10.0.0.1"], "--by", "destination");
  assert(sources[0].destination !== "10.0.0.1");
});

Deno.test({
  name:
    "tc egress, XDP and tc ingress count the same packets of one TCP stream",
  ignore: TCX,
  fn: async () => {
    using sender = new Namespace();
    using receiver = new Namespace();
    sender.ip(
      ...["link", "add", "name", "va", "type", "veth"],
      ...["peer", "name", "vb", "netns", receiver.name],
    );
    for (
      const [stage, name, address] of [
        [sender, "va", "10.9.0.1/24"],
        [receiver, "vb", "10.9.0.2/24"],
      ] as const
    ) {
      stage.ip("addr", "add", address, "dev", name);
      stage.ip("link", "set", "dev", name, "up");
    }
    // Frames no longer than the MTU, as on a real link.
    sender.run("ethtool", "-K", "va", "tso", "off");
    receiver.run("ethtool", "-K", "vb", "tso", "off", "gro", "on");
    const watch = (stage: Namespace, ...args: string[]) =>
      new Capture(["-i", "100ms", ...args], { in: stage.name });
    await using xdp = watch(receiver, "vb");
    await xdp.attached();
    await using out = watch(sender, "--direction", "out", "va");
    await using tc = watch(receiver, "--hook", "tc", "vb");
    const start = await out.attached();
    assertEquals([start.mode, start.direction], ["tc", "out"]);
    assertEquals((await tc.attached()).mode, "tc");

    const server = new Deno.Command("ip", {
      args: ["netns", "exec", receiver.name, "iperf3", "-s", "-1"],
      stdout: "null",
    }).spawn();
    await become(() => {
      const { code } = new Deno.Command("ip", {
        args: [
          ...["netns", "exec", sender.name],
          ...["iperf3", "-c", "10.9.0.2", "-n", "20M"],
        ],
        stdout: "null",
        stderr: "null",
      }).outputSync();
      return code === 0;
    });
    await server.status;
    const ends = [];
    for (const capture of [out, xdp, tc]) {
      const { record, code } = await capture.end("SIGINT");
      assertEquals(code, 0);
      assertBalanced(record);
      ends.push(record);
    }
    const of = (record: JsonRecord) => {
      const { packets, bytes } = record.sources.find(({ ip }: JsonRecord) =>
        ip === "10.9.0.1"
      );
      return { packets, bytes };
    };
    const [sent, received, merged] = ends.map(of);
    assert(received!.packets > 10_000);
    assertEquals([sent, merged], [received, received]);
  },
});

Deno.test({
  name: "tc counts every kind of frame as XDP does, VLAN tags included",
  ignore: TCX,
  fn: async () => {
    using stage = vethStage();
    const watch = (...args: string[]) =>
      new Capture(["-i", "100ms", ...args, "vb"], { in: stage.name });
    await using xdp = watch("--hook", "xdp");
    await xdp.attached();
    await using tc = watch("--hook", "tc");
    await tc.attached();
    // The kernel drops a frame that ends within a VLAN tag before tc sees it.
    const whole = FRAMES.filter(({ frame }) =>
      read(frame).class !== "malformed"
    );
    await send(stage, "va", whole.map(({ frame }) => frame), 5);
    for (const capture of [xdp, tc]) {
      await capture.until(() =>
        sum(capture.ticks, ({ total }) => total.packets) === whole.length * 5
      );
    }
    const [one, other] = [await xdp.end("SIGINT"), await tc.end("SIGINT")];
    for (const name of ["total", "sources", "nonIp", "malformed"]) {
      assertEquals(other.record[name], one.record[name], name);
    }
  },
});

Deno.test({
  name:
    "--direction both: records for each direction, beside another XDP program",
  ignore: TCX,
  fn: async () => {
    using stage = vethStage();
    await using other = new Capture(["--hook", "xdp", "vb"], {
      in: stage.name,
    });
    await other.attached();
    await using capture = new Capture(
      ["-i", "100ms", "--direction", "both", "--hook", "tc", "vb"],
      { in: stage.name },
    );
    await capture.attached(2);
    assertEquals(stage.tcxPrograms("vb").length, 1);
    await send(stage, "va", [ethernetFrame("10.0.0.1")], 3);
    await send(stage, "vb", [ethernetFrame("10.0.0.2")], 4);
    const sum = (direction: string) =>
      capture.ticks.filter((tick) => tick.direction === direction)
        .reduce((sum, { total }) => sum + total.packets, 0);
    await capture.until(() => sum("in") === 3 && sum("out") === 4);
    assertEquals((await capture.end("SIGINT")).code, 0);
    const ends = capture.records.filter(({ type }) => type === "end");
    assertEquals(
      ends.map(({ direction, sources }) => [direction, sources[0].ip]),
      [["in", "10.0.0.1"], ["out", "10.0.0.2"]],
    );
    assertEquals(stage.tcxPrograms("vb"), []);
  },
});

Deno.test({
  name: "tc: no tcx program that was there before hides a frame",
  ignore: TCX,
  fn: async () => {
    using stage = vethStage();
    await using _keepers = new Keepers(stage, "vb", "last");
    let there: number[] = [];
    while (there.length === 0) there = stage.tcxPrograms("vb");
    await using capture = new Capture(
      ["-i", "100ms", "--direction", "both", "--hook", "tc", "vb"],
      { in: stage.name },
    );
    await capture.attached(2);
    const [first, ...others] = stage.tcxPrograms("vb");
    assert(first !== there[0]);
    assertEquals(others, there);
    await send(stage, "va", [ethernetFrame("10.0.0.1")], 3);
    await send(stage, "vb", [ethernetFrame("10.0.0.2")], 4);
    assertEquals((await capture.end("SIGINT")).code, 0);
    const ends = capture.records.filter(({ type }) => type === "end");
    assertEquals(
      ends.map(({ direction, total }) => [direction, total.packets]),
      [["in", 3], ["out", 4]],
    );
  },
});

Deno.test("a filter, prefix or key that does not work is refused with the reason", async () => {
  for (
    const [args, why] of [
      [
        ["--filter", "10.0.0.0/99"],
        "is not a network; give a prefix length from 0 to 32",
      ],
      [["--prefix6", "129"], "give a whole number from 0 to 128"],
      [["--by", "ip"], '"ip" is no field; name some of source, destination,'],
      [["--by", "port,"], '"" is no field'],
      [["--by", "port,port"], '"port" is there twice; name it once'],
      [["--direction", "up"], "give in, out or both"],
    ] as const
  ) {
    const { code, stderr } = await run([...args, "eth9"]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, why);
  }
});
