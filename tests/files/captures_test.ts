/**
 * Captures written to files and read back by the report's own code: this needs
 * a folder, but neither root nor anything built.
 */
import { assertEquals, assertRejects } from "@std/assert";
import { writeMonth } from "../../bench/lib/month.ts";
import {
  eachLine,
  openCapture,
} from "../../src/commands/report/capture_lines.ts";
import { gzipMember } from "../../src/formats/gzip_member.ts";
import { Reporter } from "../../src/report/reporter.ts";
import { Folder } from "../lib/folder.ts";
import { assertBalanced } from "../lib/xdptally.ts";

const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("the made-up month of the benchmarks is reproducible, balanced and complete", async () => {
  const size = { hosts: 2, days: 2, capturesADay: 3, ticksACapture: 4 };
  const texts = [];
  for (let time = 0; time < 2; time++) {
    using folder = new Folder();
    const { files, ticks, bytes } = await writeMonth(folder.path, size);
    assertEquals(files.map((file) => file.slice(folder.path.length + 1)), [
      "web0-eth0-20260101.jsonl",
      "web0-eth0-20260102.jsonl",
      "web1-eth0-20260101.jsonl",
      "web1-eth0-20260102.jsonl",
    ]);
    const text = files.map((file) => Deno.readTextFileSync(file)).join("");
    assertEquals([ticks, bytes], [48, text.length]);
    texts.push(text);
  }
  const [text, again] = texts as [string, string];
  assertEquals(text, again);

  const reporter = new Reporter({
    by: "source",
    top: 0,
    since: -Infinity,
    until: Infinity,
  });
  for (const line of text.trimEnd().split("\n")) {
    reporter.addLine(encode(line));
    const record = JSON.parse(line);
    if (record.type === "start") continue;
    assertBalanced(record);
    assertEquals(record.complete, true);
    if (record.type === "tick") assertEquals(record.sources.length, 20);
  }
  const report = reporter.finish();
  assertEquals([report.ticks, report.incomplete], [48, []]);
  assertEquals(report.interfaces.map(({ captures }) => captures), [6, 6]);
  assertEquals(report.groups.some(({ key }) => key.includes(":")), true);
});

Deno.test("a torn .gz yields every whole record, wherever it is torn", async () => {
  using folder = new Folder();
  const size = { hosts: 1, days: 1, capturesADay: 2, ticksACapture: 60 };
  const { files } = await writeMonth(folder.path, size);
  const records = Deno.readTextFileSync(files[0]!).trimEnd().split("\n");
  const members = records.map((record) => gzipMember(encode(`${record}\n`)));
  const file = `${folder.path}/torn.jsonl.gz`;
  for (let whole = 1; whole < members.length; whole += 10) {
    const parts = members.slice(0, whole + 1);
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    Deno.writeFileSync(file, bytes.subarray(0, -20));
    const lines: string[] = [];
    await assertRejects(async () => {
      const chunks = await openCapture(file, () => {});
      await eachLine(chunks, (line) => {
        lines.push(new TextDecoder().decode(line));
      });
    }, Error);
    assertEquals(lines.slice(0, whole), records.slice(0, whole));
  }
});
