/** What the benches stand on. */
import { assertEquals, assertRejects } from "@std/assert";
import { writeMonth } from "../../bench/lib/month.ts";
import { tableLines, withSection } from "../../bench/lib/results.ts";
import { compete, type Contender } from "../../bench/lib/rounds.ts";
import { spreadOf } from "../../bench/lib/spread.ts";
import { Reporter } from "../../src/report/report.ts";
import { Folder } from "../lib/folder.ts";
import { assertBalanced } from "../lib/xdptally.ts";

const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("bench: the month is the same each time, balances and is whole", async () => {
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

Deno.test("bench: medians", () => {
  assertEquals(spreadOf([3]), { median: 3, min: 3, max: 3 });
  assertEquals(spreadOf([10, 9, 1]), { median: 9, min: 1, max: 10 });
  assertEquals(spreadOf([4, 1, 2, 10]), { median: 3, min: 1, max: 10 });
});

Deno.test("bench: contenders take turns, and have to agree", async () => {
  const contender = (name: string, rounds: number): Contender => ({
    name,
    rounds,
    command: [name],
    answer: (stdout) => stdout,
  });
  const order: string[] = [];
  const scores = await compete(
    [contender("a", 2), contender("b", 3)],
    ([name]) => {
      order.push(name!);
      const seconds = order.length;
      return Promise.resolve({
        seconds,
        cpuSeconds: 1,
        peak: 7,
        stdout: "1\n",
      });
    },
  );
  assertEquals(order.join(" "), "a b a b b");
  assertEquals(scores.map(({ seconds }) => seconds.median), [2, 4]);

  const disagreement = compete(
    [contender("a", 1), contender("b", 1)],
    ([name]) =>
      Promise.resolve({
        seconds: 1,
        cpuSeconds: 1,
        peak: 1,
        stdout: `${name}\n`,
      }),
  );
  await assertRejects(
    () => disagreement,
    Error,
    "b answers otherwise than a:\nb\ninstead of\na\n",
  );
});

Deno.test("bench: a section of the results takes the place of its last one", () => {
  const table = tableLines([["", "s"], ["one", "10.0"], ["another", "2.0"]]);
  assertEquals(table, ["            s", "one      10.0", "another   2.0"]);
  const once = withSection("# Results\n\nWords.\n", "a", ["1"]);
  assertEquals(once, "# Results\n\nWords.\n\n## a\n\n```text\n1\n```\n");
  const twice = withSection(once, "b", ["2"]);
  assertEquals(twice, `${once}\n## b\n\n\`\`\`text\n2\n\`\`\`\n`);
  assertEquals(withSection(twice, "a", ["3"]), twice.replace("1", "3"));
});
