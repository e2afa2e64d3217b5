/** `--names` and `--mmdb` of the built executable: live, and on files. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Folder } from "../lib/folder.ts";
import { ethernetFrame } from "../lib/frames.ts";
import { mmdb, type MmdbValue } from "../lib/mmdb.ts";
import { curl, serve, stageWithLoopback } from "../lib/serving.ts";
import { type Namespace, vethStage } from "../lib/stage.ts";
import { send } from "../lib/traffic.ts";
import { become, Capture, run, startCapture } from "../lib/xdptally.ts";

const AS = {
  autonomous_system_number: 64_500,
  autonomous_system_organization: "Example GmbH",
};
const GERMANY = { country: { iso_code: "DE" } };

/** A database in which 10.0.0.0/8 has this record. */
function databaseOf(record: MmdbValue): Uint8Array {
  const entry = { address: Uint8Array.of(10, 0, 0, 0), length: 8, record };
  return mmdb([entry], { recordSize: 28, ipVersion: 6 });
}

/** The options, with files of a hosts file, an AS and a country. */
function namesIn(folder: Folder): string[] {
  const file = (name: string) => `${folder.path}/${name}`;
  Deno.writeTextFileSync(
    file("hosts"),
    "10.0.0.1 web1 www\n11.0.0.0/8 lab 2\n",
  );
  Deno.writeFileSync(file("as.mmdb"), databaseOf(AS));
  Deno.writeFileSync(file("country.mmdb"), databaseOf(GERMANY));
  return [
    ...["--names", file("hosts"), "--mmdb", file("as.mmdb")],
    ...["--mmdb", file("country.mmdb")],
  ];
}

const FRAMES = ["10.0.0.1", "10.0.0.2", "11.0.0.1", "12.0.0.1"].map((ip) =>
  ethernetFrame(ip)
);
const NAMINGS: Record<string, unknown[]> = {
  "10.0.0.1": ["web1", 64_500, "Example GmbH", "DE"],
  "10.0.0.2": [null, 64_500, "Example GmbH", "DE"],
  "11.0.0.1": ["lab 2", null, null, null],
  "12.0.0.1": [null, null, null, null],
};

Deno.test("--names, --mmdb: records have the fields, the run goes on as nobody", async () => {
  using stage = vethStage();
  using folder = new Folder();
  await using capture = new Capture(
    ["-i", "100ms", ...namesIn(folder), "vb"],
    { in: stage.name },
  );
  await capture.attached();
  await send(stage, "va", FRAMES);
  await capture.until((records) =>
    records.some(({ sources = [] }) => sources.length > 0)
  );
  const { record, code } = await capture.end("SIGINT");
  assertEquals([code, record.total.packets], [0, 4]);
  for (const { ip, packets, name, asn, asName, country } of record.sources) {
    assertEquals([name, asn, asName, country], NAMINGS[ip]);
    assertEquals(packets, 1);
  }
  assertEquals(record.sources.length, 4);
});

Deno.test("--names, --mmdb: metrics have labels, as many series, and promtool finds nothing", async () => {
  using stage = stageWithLoopback();
  using folder = new Folder();
  const page = `${folder.path}/page.prom`;
  Deno.chmodSync(folder.path, 0o777);
  const args = ["--labels", "2", ...namesIn(folder)];
  await using capture = await serve(stage, ["--listen", "9435", ...args]);
  await using textfile = await startCapture(
    ["-i", "100ms", "-o", page, ...args, "vb"],
    stage,
  );
  await send(stage, "va", [...FRAMES, ...FRAMES.slice(0, 1)]);
  const url = "http://127.0.0.1:9435/metrics";
  const series = 'xdptally_source_packets_total{interface="vb",direction="in",';
  const web1 =
    `${series}source="10.0.0.1",name="web1",asn="64500",as_name="Example GmbH",country="DE"} 2\n`;
  await become(() => curl(stage, url).includes(web1));
  const text = curl(stage, url);
  assertEquals(text.split(series).length - 1, 3, "two sources and the others");
  assertStringIncludes(
    text,
    `${series}source="other",name="",asn="",as_name="",country=""} `,
  );
  await become(() => Deno.readTextFileSync(page).includes(web1));
  assertEquals(
    stage.run("sh", "-c", `curl -sS ${url} | promtool check metrics 2>&1`),
    "",
  );
  assertEquals((await textfile.end("SIGINT")).code, 0);
  assertEquals((await capture.end("SIGINT")).code, 0);
});

Deno.test("--names: CSV has the columns, is not mixed with CSV without, and report reads it", async () => {
  using stage = vethStage();
  using folder = new Folder();
  Deno.chmodSync(folder.path, 0o777);
  const file = `${folder.path}/x.csv`;
  const names = namesIn(folder).slice(0, 2);
  const args = ["-i", "100ms", "-o", file];
  await using capture = await startCapture([...args, ...names, "vb"], stage);
  await send(stage, "va", FRAMES);
  await become(() => Deno.readTextFileSync(file).includes(",12.0.0.1,1,"));
  assertEquals((await capture.end("SIGINT")).code, 0);
  const text = Deno.readTextFileSync(file);
  assertStringIncludes(text, ",seq,elapsed,name\r\n");
  for (const row of text.matchAll(/^.*,source,11\.0\.0\.1,1,.*$/gm)) {
    assert(row[0].trimEnd().endsWith(",lab 2"), row[0]);
  }
  const other = await run([...args, "-c", "1", "vb"], { in: stage.name });
  assertEquals(other.code, 7);
  assertEquals(Deno.readTextFileSync(file), text);
  const report = await run(["report", "--format", "jsonl", ...names, file]);
  assertEquals(report.code, 0, report.stdout);
  const rows = report.stdout.trimEnd().split("\n").map((line) =>
    JSON.parse(line)
  )
    .filter(({ type }) => type === "row");
  assertEquals(
    rows.map(({ source, name }) => [source, name]).sort(),
    Object.entries(NAMINGS).map(([ip, [name]]) => [ip, name]).sort(),
  );
});

/** Attaches nothing, and ends with exit code 2 and one line. */
async function assertRefused(stage: Namespace, args: string[], why: string) {
  const { code, stdout, stderr } = await run(
    ["-c", "1", "-i", "100ms", ...args, "vb"],
    { in: stage.name },
  );
  assertEquals([code, stdout], [2, ""], stderr);
  assertEquals(stderr.trimEnd().split("\n").length, 1, stderr);
  assertStringIncludes(stderr, why);
}

Deno.test("--names, --mmdb: what cannot be used is refused with one line before anything is counted", async () => {
  using stage = vethStage();
  using folder = new Folder();
  const file = (name: string) => `${folder.path}/${name}`;
  const write = (name: string, content: string | Uint8Array) => {
    const bytes = typeof content === "string"
      ? new TextEncoder().encode(content)
      : content;
    Deno.writeFileSync(file(name), bytes);
    return file(name);
  };
  const database = databaseOf(AS);
  const sparse = write("sparse", "");
  Deno.truncateSync(sparse, 2 ** 30);
  new Deno.Command("mkfifo", { args: [file("fifo")] }).outputSync();
  Deno.linkSync(write("one", "10.0.0.1 a\n"), file("two"));
  const refused: [option: string, path: string, why: string][] = [
    ["names", file("none"), "there is no such file"],
    ["names", folder.path, "directory"],
    ["names", file("fifo"), "it is a FIFO"],
    ["names", file("two"), "it has 2 names"],
    ["names", sparse, "more than 64 MiB"],
    ["names", write("bad", "10.0.0.1 a\nweb1 10.0.0.2\n"), "line 2: "],
    ["names", write("bytes", database), "line 1: "],
    ["mmdb", sparse, "more than 512 MiB"],
    ["mmdb", file("bad"), "not a MaxMind database"],
    ["mmdb", write("half", database.slice(0, database.length / 2)), "cut off"],
    ["mmdb", write("tail", database.slice(200)), "is damaged"],
    ["mmdb", write("city", databaseOf({ city: "Ulm" })), "neither AS nor"],
  ];
  for (const [option, path, why] of refused) {
    await assertRefused(stage, [`--${option}`, path], why);
    await assertRefused(stage, [`--${option}`, path], path);
  }
  await assertRefused(
    stage,
    ["--by", "port", "--names", file("one").replace("one", "hosts")],
    "there is no such file",
  );
  Deno.removeSync(file("two"));
  await assertRefused(
    stage,
    ["--by", "port", "--names", file("one")],
    "Cannot name rows by port",
  );
  assertEquals(stage.programs("vb"), []);
});

Deno.test("--names: root reads its own files, and no file of somebody else that nobody may not read", async () => {
  using stage = vethStage();
  using folder = new Folder();
  Deno.chmodSync(folder.path, 0o755);
  const path = `${folder.path}/hosts`;
  const args = ["-c", "1", "-i", "100ms", "--names", path, "vb"];
  Deno.writeTextFileSync(path, "10.0.0.1 web1\n", { mode: 0o600 });
  assertEquals((await run(args, { in: stage.name })).code, 0);
  Deno.chownSync(path, 4711, 4711);
  await assertRefused(stage, ["--names", path], "it belongs to user 4711");
  Deno.chmodSync(path, 0o644);
  assertEquals((await run(args, { in: stage.name })).code, 0);
  // A link of another user to a secret of root's: not followed, and not shown.
  const secret = `${folder.path}/secret`;
  Deno.writeTextFileSync(secret, "hunter2\n", { mode: 0o600 });
  Deno.removeSync(path);
  Deno.symlinkSync(secret, path);
  new Deno.Command("chown", { args: ["-h", "4711:4711", path] }).outputSync();
  const { code, stderr } = await run(args, { in: stage.name });
  assertEquals(code, 2);
  assert(!stderr.includes("hunter2"), stderr);
});
