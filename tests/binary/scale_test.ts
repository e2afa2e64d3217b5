/** Many interfaces, many sources, a long time: exact, and in bounded memory. */
import { assert, assertEquals } from "@std/assert";
import { Folder } from "../lib/folder.ts";
import { FRAMES } from "../lib/frames.ts";
import { Namespace, vethStage } from "../lib/stage.ts";
import { flood, send } from "../lib/traffic.ts";
import { assertBalanced, Capture, type JsonRecord } from "../lib/xdptally.ts";

Deno.test("200 interfaces in one run, with the usual limit of 1024 open files", async () => {
  using stage = new Namespace();
  const pairs = Array.from({ length: 100 }, (_, at) => [`a${at}`, `b${at}`]);
  const batch = pairs.flatMap(([one, other]) => [
    `link add ${one} type veth peer name ${other}`,
    `link set ${one} up`,
    `link set ${other} up`,
  ]).join("\n");
  stage.run("sh", "-c", 'echo "$1" | ip -batch -', "sh", batch);
  const names = pairs.flat() as string[];
  await using capture = new Capture(
    ["-q", "-i", "1s", "--max-sources", "1000", ...names],
    { in: stage.name, through: ["prlimit", "--nofile=1024:"] },
  );
  await capture.attached(200);
  const sent = { b0: 3, a42: 4, b99: 5 };
  for (const [name, rounds] of Object.entries(sent)) {
    const other = name.replace(/^./, (end) => end === "a" ? "b" : "a");
    await send(stage, other, [FRAMES[0]!.frame], rounds);
  }
  const { code } = await capture.end("SIGINT");
  assertEquals(code, 0);
  const ends = capture.records.filter(({ type }) => type === "end");
  assertEquals(ends.map((end) => end.interface), names);
  const counted = ends.filter(({ total }) => total.packets > 0)
    .map((end) => [end.interface, end.total.packets]);
  assertEquals(Object.fromEntries(counted), sent);
  for (const name of names) assertEquals(stage.programs(name), []);
});

Deno.test("1,000,000 sources in one run, each with its own count", async () => {
  const SOURCES = 1_000_000, ROUNDS = 2;
  using stage = vethStage();
  using folder = new Folder();
  const file = `${folder.path}/c.jsonl`;
  await using capture = new Capture(
    ["-i", "1h", "--max-sources", String(SOURCES), "-o", file, "vb"],
    { in: stage.name },
    [],
  );
  await capture.until(() => capture.stderr.includes("Ctrl-C"));
  await flood(stage, "va", SOURCES * ROUNDS, SOURCES, "sequence");
  assertEquals(stage.settledRxPackets("vb"), SOURCES * ROUNDS);
  const { code } = await capture.end("SIGINT");
  assertEquals(code, 0);
  const lines = Deno.readTextFileSync(file).trimEnd().split("\n");
  const end: JsonRecord = JSON.parse(lines.at(-1)!);
  assertBalanced(end);
  assertEquals([end.type, end.complete], ["end", true]);
  assert(end.sources.every(({ packets }: JsonRecord) => packets === ROUNDS));
  const ips = new Set(end.sources.map(({ ip }: JsonRecord) => ip));
  assertEquals([end.sources.length, ips.size], [SOURCES, SOURCES]);
});

/** The peak memory of a process so far, in bytes. */
function peakMemory(pid: number): number {
  const text = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(text)![1]) * 1024;
}

// Four million sources, hardly one twice: an hour of 1100 new ones a second.
const FLOODS = 4, FLOOD = 1_000_000, ADDRESSES = 2 ** 24;

for (const maxSources of [1000, 20_000]) {
  Deno.test(`as many random sources as in an hour: memory follows --max-sources ${maxSources}, not the flood`, async () => {
    // The first part is the runtime's; the second holds a tick's rows as text.
    const bound = 150e6 + maxSources * 5000;
    using stage = vethStage();
    await using capture = new Capture(
      ["-i", "100ms", "--format", "csv", "-o", "/dev/null"]
        .concat(["--max-sources", String(maxSources), "vb"]),
      { in: stage.name },
      [],
    );
    await capture.until(() => capture.stderr.includes("Ctrl-C"));
    for (let floods = 0; floods < FLOODS; floods++) {
      await flood(stage, "va", FLOOD, ADDRESSES, "shuffle");
    }
    const peak = peakMemory(capture.pid);
    assert(peak < bound, `${peak} bytes, not below ${bound}`);
    const { code } = await capture.end("SIGINT");
    assertEquals(code, 0);
  });
}
