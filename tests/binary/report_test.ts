/** `xdptally report` on captures of real runs, held against jq and DuckDB. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { DUCKDB, JQ, type Question, reportOn } from "../lib/elsewhere.ts";
import { Folder } from "../lib/folder.ts";
import { FRAMES } from "../lib/frames.ts";
import { Namespace, sh } from "../lib/stage.ts";
import { send } from "../lib/traffic.ts";
import { BINARY, Capture, run } from "../lib/xdptally.ts";

/** Captures five packets from one source in a real run. */
async function captureInto(file: string): Promise<void> {
  using stage = new Namespace();
  stage.veth("va", "vb");
  await using capture = new Capture(["-i", "100ms", "-o", file, "vb"], {
    in: stage.name,
  }, []);
  await capture.until(() => capture.stderr.includes("detach"));
  await send(stage, "va", [FRAMES[0]!.frame], 5);
  const { code } = await capture.end("SIGINT");
  assertEquals(code, 0);
}

Deno.test("report: captures of real runs, plain, gzip and on stdin; torn ones are named", async () => {
  using folder = new Folder();
  const [plain, gzip, torn] = ["a.jsonl", "b.jsonl.gz", "c.jsonl.gz"].map((
    name,
  ) => `${folder.path}/${name}`);
  await captureInto(plain!);
  await captureInto(gzip!);
  const bytes = Deno.readFileSync(gzip!);
  Deno.writeFileSync(torn!, bytes.subarray(0, bytes.length - 60));
  Deno.writeTextFileSync(plain!, '{"schema":1,"ty', { append: true });

  const both = await run(["report", plain!, gzip!]);
  assertEquals([both.code, both.stderr], [8, ""]);
  assertStringIncludes(both.stdout, "10.0.0.1       10  100.00%");
  assertStringIncludes(both.stdout, `Broken: 1 line\n  ${plain}:`);

  const stdin = sh(
    "sh",
    "-c",
    '"$0" report --format csv - < "$1" || [ $? = 8 ]',
    BINARY,
    plain!,
  );
  assertStringIncludes(stdin, "\r\n10.0.0.1,5,");

  const cut = await run(["report", torn!]);
  assertEquals(cut.code, 8);
  assertStringIncludes(cut.stdout, "the file ends in the middle of a record");
  assertStringIncludes(cut.stdout, "it has no end record");
});

for (const [name, elsewhere] of Object.entries({ jq: JQ, SQL: DUCKDB })) {
  Deno.test(`docs/captures.md: its ${name} query gives the same answer as the report`, async () => {
    using folder = new Folder();
    const files = ["a.jsonl", "b.jsonl"].map((file) =>
      `${folder.path}/${file}`
    );
    for (const file of files) {
      await captureInto(file);
      // A killed run may leave a line without its end.
      Deno.writeTextFileSync(file, '{"schema":1,"ty', { append: true });
    }
    // A count that needs more than 32 bits.
    const record = Deno.readTextFileSync(files[0]!).split("\n")
      .find((line) => line.includes('"packets":5,'))!;
    Deno.writeTextFileSync(
      `${folder.path}/c.jsonl`,
      record.replaceAll("10.0.0.1", "10.0.0.2")
        .replace(/"run":"[^"]*"/, '"run":"another"')
        .replaceAll('"packets":5,', '"packets":9000000000,'),
    );
    const ask = (
      { command: [program, ...args], answer }: Question,
      expected: number,
    ) => {
      const { code, stdout, stderr } = new Deno.Command(program!, {
        args,
        cwd: folder.path,
      }).outputSync();
      assertEquals([code, new TextDecoder().decode(stderr)], [expected, ""]);
      return answer(new TextDecoder().decode(stdout));
    };
    const answer = ask(elsewhere, 0);
    const report = reportOn([...files, `${folder.path}/c.jsonl`]);
    assertEquals(answer, ask(report, 8)); // the torn lines are broken
    assertMatch(answer, /^9000000000 \d+ 10\.0\.0\.2\n10 \d+ 10\.0\.0\.1\n$/);
  });
}

Deno.test("report: a file that cannot be read is named, the others are reported: exit 8", async () => {
  using folder = new Folder();
  const file = `${folder.path}/a.jsonl`;
  await captureInto(file);
  const some = await run(["report", file, "/nope.jsonl"]);
  assertEquals(some.code, 8);
  assertStringIncludes(
    some.stderr,
    'xdptally: Cannot read "/nope.jsonl": No such file or directory; its records are missing',
  );
  assertStringIncludes(some.stdout, "10.0.0.1");
  const none = await run(["report", "/nope.jsonl"]);
  assertEquals([none.code, none.stdout], [1, ""]);
});

Deno.test("report: a progress bar only on a terminal, and exit 0 when the reader closes stdout", async () => {
  using folder = new Folder();
  const file = `${folder.path}/a.jsonl`;
  await captureInto(file);
  // Large enough for the progress bar to appear.
  const lines = Deno.readTextFileSync(file);
  Deno.writeTextFileSync(file, lines.repeat(Math.ceil(60e6 / lines.length)));
  const shown = sh(
    "script",
    "-qec",
    `'${BINARY}' report '${file}' || [ $? = 8 ]`,
    "/dev/null",
  );
  assertStringIncludes(shown, "Reading [");
  const { code, stdout, stderr } = await run(["report", file]);
  assertEquals([code, stderr], [8, ""]);
  assertStringIncludes(stdout, "Doubled: ");
  assertStringIncludes(stdout, "10.0.0.1        5  100.00%");
  assertEquals((await run(["report", "-h"])).code, 0);
  assertEquals((await run(["report"])).code, 2);
});
