/** The benchmarks' own arithmetic: medians, rounds, tables. */
import { assertEquals, assertRejects } from "@std/assert";
import { tableLines, withSection } from "../../bench/lib/results.ts";
import { compete, type Contender } from "../../bench/lib/rounds.ts";
import { spreadOf } from "../../bench/lib/spread.ts";

Deno.test("bench: medians", () => {
  assertEquals(spreadOf([3]), { median: 3, min: 3, max: 3 });
  assertEquals(spreadOf([10, 9, 1]), { median: 9, min: 1, max: 10 });
  assertEquals(spreadOf([4, 1, 2, 10]), { median: 3, min: 1, max: 10 });
});

Deno.test("bench: contenders take turns, and must give the same answer", async () => {
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

Deno.test("bench: a new section of the results replaces the old one of that title", () => {
  const table = tableLines([["", "s"], ["one", "10.0"], ["another", "2.0"]]);
  assertEquals(table, ["            s", "one      10.0", "another   2.0"]);
  const once = withSection("# Results\n\nWords.\n", "a", ["1"]);
  assertEquals(once, "# Results\n\nWords.\n\n## a\n\n```text\n1\n```\n");
  const twice = withSection(once, "b", ["2"]);
  assertEquals(twice, `${once}\n## b\n\n\`\`\`text\n2\n\`\`\`\n`);
  assertEquals(withSection(twice, "a", ["3"]), twice.replace("1", "3"));
});
