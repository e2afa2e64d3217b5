/** The built executable in ordinary use: help, version, text log, CSV, a copy of it. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { Folder } from "../lib/folder.ts";
import { FRAMES } from "../lib/frames.ts";
import { read } from "../lib/reading.ts";
import { vethStage } from "../lib/stage.ts";
import { send } from "../lib/traffic.ts";
import { BINARY, Capture, readUntil, run } from "../lib/xdptally.ts";

Deno.test("-h, -V and -D answer, whatever else the command line says", async () => {
  const help = await run(["-h"]);
  assertEquals([help.code, help.stderr], [0, ""]);
  assertStringIncludes(help.stdout, "Usage: xdptally");
  const version = await run(["-V"]);
  assertEquals([version.code, version.stderr], [0, ""]);
  const [first, commit, deno, libbpf, ...rest] = version.stdout.split("\n");
  assertEquals(first, `xdptally ${config.version}`);
  assertMatch(commit!, /^commit ([0-9a-f]{12,40}(-dirty)?|unknown)$/);
  assertEquals(deno, `Deno ${Deno.version.deno}`);
  assertMatch(libbpf!, /^(embedded )?libbpf\.so\.[01]( \d+\.\d+)?$/);
  assertEquals(rest, [`Linux ${Deno.osRelease()} ${Deno.build.arch}`, ""]);
  using stage = vethStage();
  const list = await run(["-D"], { in: stage.name });
  assertEquals([list.code, list.stderr], [0, ""]);
  assertMatch(list.stdout, /^ +\d+ {2}vb +up, mtu 1500, veth$/m);
  for (const [option, { stdout }] of [["-h", help], ["-V", version]] as const) {
    const { code, stdout: again } = await run(
      [option, "--interval", "junk", "--listen-token", "junk", "vb"],
    );
    assertEquals([code, again], [0, stdout]);
  }
});

/** The books after `rounds` times all of FRAMES. */
function expected(rounds: number) {
  const classes = FRAMES.map(({ frame }) => read(frame));
  const packets = (name: string) =>
    rounds * classes.filter((reading) => reading.class === name).length;
  return {
    total: rounds * FRAMES.length,
    bytes: rounds * FRAMES.reduce((sum, { frame }) => sum + frame.length, 0),
    nonIp: packets("nonIp"),
    malformed: packets("malformed"),
    sources: new Set(
      classes.flatMap((reading) => "key" in reading ? reading.key : []),
    ).size,
  };
}

/**
 * Counts FRAMES three times, and once more when the records on stdout show
 * them, so that at least two ticks have rows. Ends the run with SIGINT.
 */
async function countFrames(
  ...options: string[]
): Promise<{ code: number; stdout: string; stderr: string; index: number }> {
  using stage = vethStage();
  const child = new Deno.Command("ip", {
    args: ["netns", "exec", stage.name, BINARY, "--mode", "native"]
      .concat("-i", "100ms", ...options, "vb"),
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [stdout, stderr] = [child.stdout, child.stderr].map((stream) =>
    stream.pipeThrough(new TextDecoderStream()).getReader()
  ) as [Reader, Reader];
  const notices = await readUntil(stderr, "Ctrl-C");
  const frames = FRAMES.map(({ frame }) => frame);
  await send(stage, "va", frames, 3);
  const first = await readUntil(stdout, LAST_SOURCE);
  await send(stage, "va", frames, 1);
  child.kill("SIGINT");
  const [rest, more] = [await readAll(stdout), await readAll(stderr)];
  const { code } = await child.status;
  const index = stage.index("vb");
  return { code, stdout: first + rest, stderr: notices + more, index };
}

type Reader = ReadableStreamDefaultReader<string>;
/** Of the addresses in FRAMES that are counted, the last in the order of rows. */
const LAST_SOURCE = "2001:db8::7";

async function readAll(reader: Reader): Promise<string> {
  let text = "";
  for (let part; !(part = await reader.read()).done;) text += part.value;
  return text;
}

Deno.test("the text log: what is attached on stderr; on stdout rows like the example's, which sum to the line above them", async () => {
  const { code, stdout, stderr, index } = await countFrames("--top", "0");
  assertEquals(code, 0);
  assertStringIncludes(
    stderr,
    `Attached XDP program to iface "vb" (index ${index}, native mode)`,
  );
  const { total, nonIp, malformed, sources } = expected(4);
  const since = new Map<string, number>();
  const sum = { total: 0, sources: 0, nonIp: 0, malformed: 0 };
  const records = stdout.trimEnd().split(/\n(?!\t)/);
  const end = records.pop()!;
  for (const [at, record] of records.entries()) {
    const [title, ...rows] = record.split("\n");
    const books =
      /^vb \S+Z tick (\d+)(?: \(with \d+ missed deadlines?\))?: (\d+) packets? = (\d+) from (\d+) sources? \+ 0 untracked \+ (\d+) non-IP \+ (\d+) malformed$/
        .exec(title!);
    assert(books !== null, title);
    const [tick, all, known, count, other, bad] = books.slice(1).map(Number);
    assertEquals(tick, at + 1);
    assertEquals(known! + other! + bad!, all, title);
    assertEquals(rows.length, count, record);
    let inRows = 0;
    for (const row of rows) {
      // The example's row is a tab, the source, ` => ` and the packets so far.
      const cells = /^\t([\d.]+|[\da-f:]+) => (\d+) +\+(\d+) /.exec(row);
      assert(cells !== null, row);
      const [source, packets, added] = [cells[1]!, +cells[2]!, +cells[3]!];
      assertEquals(packets, (since.get(source) ?? 0) + added, row);
      since.set(source, packets);
      inRows += added;
    }
    assertEquals(inRows, known, record);
    sum.total += all!, sum.sources += known!;
    sum.nonIp += other!, sum.malformed += bad!;
  }
  assertEquals(sum, {
    ...{ total, nonIp, malformed },
    sources: total - nonIp - malformed,
  });
  assertEquals([...since.values()], Array(sources).fill(4));
  assert(since.has("10.0.0.1") && since.has(LAST_SOURCE));

  const [title, ...rows] = end.split("\n");
  assertMatch(title!, /^vb \S+Z end \(signal\) after \d+ ticks in [\d.]+ s: /);
  assertStringIncludes(
    title!,
    `: ${total} packets = ${sum.sources} from ${sources} sources + 0 untracked + ${nonIp} non-IP + ${malformed} malformed`,
  );
  const ends = rows.map((row) => /^\t(\S+) => (\d+) /.exec(row)!.slice(1));
  assertEquals(
    ends.toSorted(),
    Array.from(since, ([source, packets]) => [source, `${packets}`]).toSorted(),
  );
});

Deno.test("the text log: when a run ends is on stderr, and an idle tick has no rows", async () => {
  using stage = vethStage();
  const { code, stdout, stderr } = await run(["-c", "2", "-i", "100ms", "vb"], {
    in: stage.name,
  });
  assertEquals(code, 0);
  assertStringIncludes(
    stderr,
    "Stops and detaches after 2 ticks; Ctrl-C stops earlier",
  );
  const lines = stdout.trimEnd().split("\n");
  assertEquals(lines.length, 3);
  assertMatch(
    lines[0]!,
    /^vb \S+ tick 1: 0 packets = 0 from 0 sources \+ 0 untracked \+ 0 non-IP \+ 0 malformed$/,
  );
});

Deno.test("-q drops the notices", async () => {
  using stage = vethStage();
  const { code, stderr } = await run(["-q", "-c", "1", "-i", "100ms", "vb"], {
    in: stage.name,
  });
  assertEquals([code, stderr], [0, ""]);
});

Deno.test("csv: a header, then ticks whose rows sum to their total", async () => {
  const { code, stdout } = await countFrames("--format", "csv");
  assertEquals(code, 0);
  const [header, ...rows] = stdout.trimEnd().split("\r\n");
  assertEquals(
    header,
    "start,end,host,interface,class,source,packets,bytes,total_packets,total_bytes,run,seq,elapsed",
  );
  const sum = { ticks: 0, packets: 0, bytes: 0 };
  let inTick = { start: "", packets: 0, bytes: 0, sources: 0 };
  let withSources = 0;
  for (const row of rows) {
    const [start, end, host, name, kind, source, ...rest] = row.split(",");
    const [packets, bytes] = rest.slice(kind === "total" ? 2 : 0).map(
      Number,
    ) as [
      number,
      number,
    ];
    assertEquals([host, name, rest.length], [Deno.hostname(), "vb", 7], row);
    assertEquals(Number(rest[5]), sum.ticks + 1, row);
    assert(start! < end!, row);
    if (inTick.start === "") inTick.start = start!;
    assertEquals(start, inTick.start, row);
    assertEquals(kind === "source", source !== "", row);
    if (kind !== "total") {
      inTick.packets += packets, inTick.bytes += bytes;
      if (kind === "source") inTick.sources++;
      continue;
    }
    assertEquals([inTick.packets, inTick.bytes], [packets, bytes], row);
    if (inTick.sources > 0) withSources++;
    sum.ticks++, sum.packets += packets, sum.bytes += bytes;
    inTick = { start: "", packets: 0, bytes: 0, sources: 0 };
  }
  assertEquals(inTick.start, "", "a tick without a total");
  assert(withSources >= 2, stdout);
  const { total, bytes } = expected(4);
  assertEquals([sum.packets, sum.bytes], [total, bytes]);
});

Deno.test("a copy runs from another path, with an empty environment, in a read-only folder", async () => {
  using stage = vethStage();
  using folder = new Folder();
  const binary = `${folder.path}/a copy`;
  Deno.copyFileSync(BINARY, binary);
  const readOnly =
    'mkdir "$0/ro" && mount -t tmpfs -o ro none "$0/ro" && cd "$0/ro" && exec env -i "$@"';
  await using capture = new Capture(["-i", "100ms", "vb"], {
    in: stage.name,
    through: ["unshare", "--mount", "sh", "-c", readOnly, folder.path],
    binary,
  });
  await capture.attached();
  await send(stage, "va", [FRAMES[0]!.frame], 9);
  await capture.until(() =>
    capture.ticks.some(({ total }) => total.packets > 0)
  );
  const { code, record } = await capture.end("SIGINT");
  assertEquals([code, record.total.packets], [0, 9]);
});
