/** `-o`: the names of capture files, and that every line in them is whole. */
import { assert, assertEquals } from "@std/assert";
import { Folder } from "../lib/folder.ts";
import { linesOf, recordsOf } from "../lib/records.ts";
import { sh, vethStage } from "../lib/stage.ts";
import { flood } from "../lib/traffic.ts";
import { assertBalanced, run, startCapture } from "../lib/xdptally.ts";

for (const ending of [".jsonl", ".jsonl.gz"]) {
  Deno.test(`-o FILE${ending}: runs are appended, stdout stays empty`, async () => {
    using stage = vethStage();
    using folder = new Folder();
    const file = `${folder.path}/new folder/capture${ending}`;
    for (let round = 1; round <= 2; round++) {
      const output = await run([
        "-q",
        "-c",
        "2",
        "-i",
        "100ms",
        "-o",
        file,
        "vb",
      ], { in: stage.name });
      assertEquals(output, { code: 0, stdout: "", stderr: "" });
      assertEquals(
        recordsOf(file).map(({ type }) => type),
        Array(round).fill(["start", "tick", "tick", "end"]).flat(),
      );
    }
    if (ending.endsWith(".gz")) sh("gzip", "--test", file);
  });
}

Deno.test("-o FOLDER/: a file a day for each host and interface", async () => {
  using stage = vethStage();
  using folder = new Folder();
  const before = new Date();
  const { code } = await run([
    "-q",
    "-c",
    "1",
    "-i",
    "100ms",
    "-o",
    `${folder.path}/logs/`,
    "va",
    "vb",
  ], { in: stage.name });
  assertEquals(code, 0);
  const day = (date: Date) =>
    date.toISOString().slice(0, 10).replaceAll("-", "");
  const names = [...Deno.readDirSync(`${folder.path}/logs`)].map(({ name }) =>
    name
  ).sort();
  if (day(before) !== day(new Date())) return; // midnight passed
  assertEquals(
    names,
    ["va", "vb"].map((name) =>
      `${Deno.hostname()}-${name}-${day(before)}.jsonl`
    ),
  );
});

// Hours east of UTC, without summer time. Two are half hours; of the last two,
// one always has another date than UTC.
const ZONES = {
  "Asia/Kolkata": 5.5,
  "Pacific/Marquesas": -9.5,
  "Etc/GMT-14": 14,
  "Etc/GMT+12": -12,
};

for (const [zone, hours] of Object.entries(ZONES)) {
  Deno.test(`--local in ${zone}: folders and files are named by the local date and time, without it by UTC`, async () => {
    using stage = vethStage();
    for (const [options, offset] of [[["--local"], hours], [[], 0]] as const) {
      using folder = new Folder();
      const file = `${folder.path}/%Y-%m-%d/%H:%M:%S %s.jsonl`;
      const args = ["-q", "-i", "100ms", "-c", "12", "-o", file, "vb"]
        .concat("--user", "root", ...options); // root may open the next file
      const output = await run(args, { in: stage.name, env: { TZ: zone } });
      assertEquals(output, { code: 0, stdout: "", stderr: "" });
      const names = [...Deno.readDirSync(folder.path)].flatMap((day) =>
        [...Deno.readDirSync(`${folder.path}/${day.name}`)]
          .map(({ name }) => `${day.name}/${name}`)
      );
      assert(names.length >= 2, `a file a second: ${names}`);
      for (const name of names) {
        const seconds = Number(/ (\d+)\.jsonl$/.exec(name)![1]);
        const there = new Date((seconds + offset * 3600) * 1000).toISOString();
        const [day, time] = there.slice(0, 19).split("T");
        assertEquals(name, `${day}/${time} ${seconds}.jsonl`);
        for (const { start } of recordsOf(`${folder.path}/${name}`)) {
          assertEquals(start?.slice(-1) ?? "Z", "Z", "records are in UTC");
        }
      }
    }
  });
}

Deno.test("-o FILE.csv: the header goes only into an empty file", async () => {
  using stage = vethStage();
  using folder = new Folder();
  const file = `${folder.path}/c.csv`;
  for (let round = 0; round < 2; round++) {
    await run(["-q", "-c", "2", "-i", "100ms", "-o", file, "vb"], {
      in: stage.name,
    });
  }
  const lines = linesOf(file);
  assertEquals(lines.filter((line) => line.startsWith("start,")).length, 1);
  assertEquals(lines.filter((line) => line.includes(",total,,")).length, 4);
});

for (const ending of [".jsonl", ".jsonl.gz"]) {
  Deno.test(`a torn end of a ${ending} that a killed run left is moved to .torn, and nothing is appended to it`, async () => {
    using stage = vethStage();
    using folder = new Folder();
    const file = `${folder.path}/c${ending}`;
    const capture = ["-q", "-c", "2", "-i", "100ms", "-o", file, "vb"];
    await run(capture, { in: stage.name });
    const whole = Deno.readFileSync(file);
    const torn = whole.slice(0, 40); // any record begins the same way
    Deno.writeFileSync(file, torn, { append: true });
    await run(capture, { in: stage.name });
    assertEquals(recordsOf(file).length, 8);
    assertEquals(Deno.readFileSync(`${file}.torn`).toHex(), torn.toHex());
  });

  Deno.test(`kill -9 at 25 random moments: every line of a ${ending} parses, except perhaps the last`, async () => {
    using stage = vethStage();
    using folder = new Folder();
    const file = `${folder.path}/c${ending}`;
    for (let round = 0; round < 25; round++) {
      await using capture = await startCapture([
        "-i",
        "100ms",
        "-o",
        file,
        "vb",
      ], stage);
      const flooding = flood(stage, "va", 20_000, 20_000, "sequence");
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 250));
      capture.kill("SIGKILL");
      await capture.end();
      await flooding;
      if (ending === ".jsonl") {
        const lines = Deno.readTextFileSync(file).split("\n");
        lines.pop(); // torn, or empty
        for (const line of lines) JSON.parse(line);
      }
    }
    // The next run moves the torn end away; then every line parses.
    await run(["-q", "-c", "1", "-i", "100ms", "-o", file, "vb"], {
      in: stage.name,
    });
    const records = recordsOf(file);
    for (const record of records) {
      if (record.type === "tick") assertBalanced(record);
    }
    assertEquals(
      records.filter(({ type }) => type === "start").length >= 20,
      true,
    );
    assertEquals(records.at(-1).type, "end");
  });
}

Deno.test("two captures into one file interleave whole lines", async () => {
  using stage = vethStage();
  using folder = new Folder();
  const file = `${folder.path}/c.jsonl`;
  const outputs = await Promise.all(
    ["va", "vb"].map((name) =>
      run(["-q", "-i", "100ms", "-c", "10", "-o", file, name], {
        in: stage.name,
      })
    ),
  );
  assertEquals(outputs.map(({ code }) => code), [0, 0]);
  const records = recordsOf(file);
  for (const name of ["va", "vb"]) {
    assertEquals(
      records.filter((record) => record.interface === name).length,
      12,
    );
  }
});

Deno.test("--fsync: each record reaches the disk before the next tick", async () => {
  using stage = vethStage();
  using folder = new Folder();
  const log = `${folder.path}/strace`;
  const { code } = await run([
    "-q",
    "-c",
    "3",
    "-i",
    "100ms",
    "--fsync",
    "-o",
    `${folder.path}/c.jsonl`,
    "vb",
  ], {
    in: stage.name,
    through: ["strace", "-f", "-qq", "-e", "trace=fdatasync,fsync", "-o", log],
  });
  assertEquals(code, 0);
  assertEquals(Deno.readTextFileSync(log).match(/sync\(/g)?.length, 4); // start, two ticks, the last with the end
});
