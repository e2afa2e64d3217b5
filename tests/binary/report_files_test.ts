/** `xdptally report` on any file and folder: what it reads, and what it says of the rest. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { gzipSync } from "node:zlib";
import { csv } from "../../src/formats/csv.ts";
import { gzipMember } from "../../src/formats/gzip_member.ts";
import { MAX_LINE } from "../../src/formats/line_limit.ts";
import { Folder } from "../lib/folder.ts";
import { FRAMES } from "../lib/frames.ts";
import { madeLines, T0 } from "../lib/made_captures.ts";
import { Namespace, sh } from "../lib/stage.ts";
import { send } from "../lib/traffic.ts";
import { BINARY, Capture, run } from "../lib/xdptally.ts";

const FORMATS = ["text", "csv", "jsonl", "html"];
const encode = (text: string) => new TextEncoder().encode(text);

/** Lines as the text of a file. */
function fileOf(lines: readonly string[]): Uint8Array {
  return encode(lines.map((line) => `${line}\n`).join(""));
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, at) =>
    permutations(items.toSpliced(at, 1)).map((rest) => [item, ...rest])
  );
}

/** Three runs: two follow each other over midnight, one is killed, and a tick is lost. */
const RUNS = [
  madeLines({ run: "r1", windows: Array(70).fill({ a: 3, b: 2 }) }),
  madeLines({ run: "r2", start: T0 + 100_000, windows: [{ b: 5 }, { c: 5 }] })
    .toSpliced(2, 1),
  madeLines({ run: "r3", start: T0 + 200_000, windows: [{ a: 5 }] }).slice(
    0,
    2,
  ),
];

Deno.test("report: the order of files changes nothing in any format, also for rotated sets", async () => {
  using folder = new Folder();
  const lines = RUNS.flat();
  // One more packet of a, on both sides of the books.
  const differing = lines[5]!
    .replace('"packets":3,"bytes":300', '"packets":4,"bytes":400')
    .replace('"packets":6,"bytes":600', '"packets":7,"bytes":700');
  const sets: Record<string, Uint8Array>[] = [
    {
      "x.jsonl.2.gz": gzipSync(fileOf(lines.slice(0, 30))),
      "x.jsonl.1": fileOf(lines.slice(30, 60)),
      "x.jsonl": fileOf(lines.slice(60)),
    },
    {
      "x-1.jsonl": fileOf(lines.slice(20)),
      "x-1.jsonl.gz": gzipSync(fileOf(lines.slice(0, 40))),
      "y.jsonl": encode(`${differing}\n{"broken\n`),
      "z.txt": encode("Dear reader\n"),
    },
  ];
  for (const [at, files] of sets.entries()) {
    const inside = `${folder.path}/${at}`;
    Deno.mkdirSync(inside);
    for (const [name, bytes] of Object.entries(files)) {
      Deno.writeFileSync(`${inside}/${name}`, bytes);
    }
    for (const format of FORMATS) {
      const reports = await Promise.all(
        permutations(Object.keys(files)).map((names) =>
          run(["report", "--format", format, ...names], { cwd: inside })
        ),
      );
      for (const report of reports) assertEquals(report, reports[0]);
      assertEquals(reports[0]!.code, 8);
      assertMatch(reports[0]!.stdout, /\b21[56]\b/); // packets of source a
    }
  }
});

Deno.test("report FOLDER/: every capture by its contents, CSV too; the rest is counted by kind", async () => {
  using stage = new Namespace();
  stage.veth("va", "vb");
  using folder = new Folder();
  const inside = `${folder.path}/d/`;
  for (const args of [["-i", "100ms"], ["--format", "csv", "-i", "100ms"]]) {
    await using capture = new Capture([...args, "-o", inside, "vb"], {
      in: stage.name,
    }, []);
    await capture.until(() => capture.stderr.includes("detach"));
    await send(stage, "va", [FRAMES[0]!.frame], 5);
    assertEquals((await capture.end("SIGINT")).code, 0);
  }
  const both = await run(["report", inside]);
  assertEquals([both.code, both.stderr], [0, ""]);
  assertStringIncludes(both.stdout, "10.0.0.1       10  100.00%");

  Deno.writeFileSync(`${inside}a.jsonl.2.gz`, gzipSync(fileOf(RUNS[0]!)));
  Deno.mkdirSync(`${inside}old`);
  Deno.writeFileSync(`${inside}old/a-20260301.jsonl`, fileOf(RUNS[0]!));
  const whole = fileOf(RUNS[0]!);
  Deno.writeFileSync(`${inside}old/a`, gzipSync(whole));
  const others: Record<string, Uint8Array> = {
    "a.txt": encode("x\n"),
    "b.txt.1": encode("eth0 2026-11-27T12:31:50Z tick 2: 1 packet = 1\n"),
    "xdptally-vb.prom": encode("# HELP x y\n"),
    "page.prom.gz": gzipSync(encode("# HELP x y\n")),
    "a.jsonl.torn": whole,
    "a.jsonl.gz.torn.gz": gzipSync(whole),
    ".a.jsonl.12ab.tmp": whole,
    "empty.jsonl": new Uint8Array(),
    "empty.csv": encode(csv.header),
    "empty.jsonl.gz": gzipSync(""),
  };
  for (const [name, bytes] of Object.entries(others)) {
    Deno.writeFileSync(inside + name, bytes);
  }
  sh("mkfifo", `${inside}fifo.jsonl`);
  Deno.symlinkSync("/dev/zero", `${inside}device.csv`);
  const more = await run(["report", "--top", "1", inside.slice(0, -1), inside]);
  assertEquals(more.code, 0);
  assertMatch(more.stdout, /^a +210 /m);
  assertMatch(more.stdout, /Copies: .+old\/a: 72 records/);
  assertMatch(more.stdout, /Copies: .+old\/a-20260301.jsonl: 72 records/);
  const skipped =
    "skipped 12 files: 2 pages of metrics, 1 text capture, 3 empty, 2 torn ends, 1 hidden, 2 FIFOs, sockets or devices, 1 other";
  assertStringIncludes(more.stderr, skipped);
  // By its name a capture, but damaged from its start: it is not skipped.
  Deno.writeFileSync(`${inside}z.jsonl`, new Uint8Array(100));
  Deno.writeFileSync(`${inside}z.csv.gz`, gzipSync(whole).subarray(0, 12));
  const damaged = await run(["report", inside]);
  assertEquals(damaged.code, 8);
  assertMatch(damaged.stdout, /Not a capture: .+z\.jsonl: zero bytes only/);
  assertMatch(damaged.stdout, /Not a capture: .+z\.csv\.gz: gzip of empty/);
  assertStringIncludes(damaged.stderr, skipped);
  // A table has no room for it.
  const table = await run(["report", "--format", "csv", inside]);
  assertEquals(table.code, 8);
  for (const line of damaged.stdout.trimEnd().split("\n").slice(-7)) {
    if (line === "") continue;
    const isDoubt = /^(Gaps|Not a capture|Copies): /.test(line);
    assertEquals(table.stderr.includes(line), isDoubt, line);
    assertEquals(table.stdout.includes(line), false, line);
  }
  Deno.mkdirSync(`${folder.path}/none`);
  const none = await run(["report", `${folder.path}/none`, inside]);
  assertEquals(none.code, 8);
  assertMatch(none.stderr, /Cannot read ".+none": no capture is in it/);
});

Deno.test("report: a file that holds no record is one line, and gzip is known by its bytes", async () => {
  using folder = new Folder();
  const whole = fileOf(RUNS[0]!);
  const files: Record<string, [Uint8Array, RegExp]> = {
    "empty.jsonl": [new Uint8Array(), /: empty$/m],
    "c.jsonl": [encode("one\n".repeat(50)), /: text, but not of xdptally$/m],
    "d.gz": [gzipSync(gzipSync(whole)), /: gzip of damaged gzip$/m],
    "e.jsonl": [encode('{"a":1}\n[2]\n'), /: JSON, but not of xdptally$/m],
    "f.jsonl": [new Uint8Array(3000).fill(7), /: binary data$/m],
  };
  for (const [name, [bytes]] of Object.entries(files)) {
    Deno.writeFileSync(`${folder.path}/${name}`, bytes);
  }
  Deno.writeFileSync(`${folder.path}/good`, gzipSync(whole));
  const names = [...Object.keys(files), "good"];
  const { code, stdout } = await run(["report", ...names], {
    cwd: folder.path,
  });
  assertEquals(code, 8);
  for (const [name, [, kind]] of Object.entries(files)) {
    assertMatch(stdout, kind, name);
  }
  assertEquals(stdout.match(/^Not a capture: /gm)?.length, 5);
  assertEquals(stdout.includes("Broken"), false);
  assertStringIncludes(stdout, "70 ticks of 1 interface");
  const piped = sh(
    "sh",
    "-c",
    '"$0" report - <"$1"',
    BINARY,
    `${folder.path}/good`,
  );
  assertStringIncludes(piped, "Nothing is missing");
  const itself = await run(["report", BINARY]);
  assertEquals(itself.code, 8);
  assertStringIncludes(itself.stdout, `${BINARY}: an ELF executable`);
});

Deno.test("report: what cannot be read is one line, the rest is reported, exit 8", async () => {
  using folder = new Folder();
  const good = `${folder.path}/good.jsonl`;
  Deno.writeFileSync(good, fileOf(RUNS[0]!));
  Deno.symlinkSync("nowhere", `${folder.path}/gone.jsonl`);
  const cases = [
    // Reading the first page of a process's memory is an input/output error.
    [
      "/proc/self/mem",
      /Cannot read "\/proc\/self\/mem": Input\/output error; /,
    ],
    [
      folder.path,
      /Cannot read ".+\/gone\.jsonl": No such file or directory; /,
    ],
    ["/nope\x1b\u202e", /Cannot read "\/nope\\x1b\\u202e": No such file/],
  ] as const;
  for (const [operand, message] of cases) {
    const { code, stdout, stderr } = await run(["report", operand, good]);
    assertEquals(code, 8);
    assertMatch(stderr, message);
    assertEquals(
      stderr.trim().split("\n").filter((line) => line.includes("Cannot"))
        .length,
      1,
    );
    assertStringIncludes(stdout, "70 ticks of 1 interface");
    assertStringIncludes(stdout, "Not read: ");
    assertEquals(stdout.includes("Nothing is missing"), false);
  }
});

Deno.test("report: damaged gzip gives all that zcat gives, and the next members", async () => {
  using folder = new Folder();
  const file = `${folder.path}/x.jsonl.gz`;
  const lines = RUNS[0]!;
  const members = lines.map((line) => gzipMember(fileOf([line])));
  const garbage = encode("garbage\n");
  const blob = new Blob([...members.slice(0, 9), garbage, ...members.slice(9)]);
  Deno.writeFileSync(file, new Uint8Array(await blob.arrayBuffer()));
  const at = members.slice(0, 9).reduce((sum, { length }) => sum + length, 0);
  const { code, stdout } = await run(["report", file]);
  assertEquals(code, 8);
  assertStringIncludes(stdout, "70 ticks of 1 interface");
  assertStringIncludes(
    stdout,
    `${file}:9: damaged gzip (no gzip begins here) at byte ${at}, 8 bytes skipped`,
  );
});

/** The most memory that a report on a file took, in bytes, by the kernel's own account. */
function peakOn(file: string): { peak: number; stdout: string } {
  const script = '"$0" report "$1"; echo "code $?"';
  const { stdout, stderr } = new Deno.Command("/usr/bin/env", {
    args: ["time", "-f", "%M", "sh", "-c", script, BINARY, file],
  }).outputSync();
  return {
    peak: Number(new TextDecoder().decode(stderr).trim().split("\n").at(-1)) *
      1024,
    stdout: new TextDecoder().decode(stdout),
  };
}

Deno.test("report: memory is bounded, whatever a file holds", () => {
  using folder = new Folder();
  const file = `${folder.path}/x.jsonl.gz`;
  const write = (command: string) =>
    sh("sh", "-c", `{ ${command}; } | gzip -1 >"$0"`, file);
  const MB = 2 ** 20;
  const cases = [
    // Lines that cannot be records are not kept.
    [`head -c ${1000 * MB} /dev/zero`, 300 * MB],
    // One that might be is kept up to its bound.
    [`printf '{"'; head -c ${2 * MAX_LINE} /dev/zero | tr '\\0' a`, 1000 * MB],
    [
      `printf '{"a":['; yes '{},' | head -c ${MAX_LINE - 100} | tr -d '\\n'`,
      1000 * MB,
    ],
  ] as const;
  for (const [command, most] of cases) {
    write(command);
    const { peak, stdout } = peakOn(file);
    assert(peak > 10 * MB && peak < most, `${command}: ${peak / MB} MB`);
    assertStringIncludes(stdout, "code 8");
  }
});
