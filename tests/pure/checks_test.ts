/** How `xdptally check` prints its results: a table, or one JSON object. */
import { assertEquals } from "@std/assert";
import {
  type CheckRow,
  checksJson,
  checksText,
} from "../../src/commands/check/check_table.ts";

const ROWS: CheckRow[] = [
  { on: "host", name: "kernel", state: "ok", value: "6.1" },
  { on: "eth0", name: "link reset", state: "note", value: "known" },
  {
    on: "eth0",
    name: "mode",
    state: "fail",
    value: "none",
    remedy: "do this",
    exitCode: 6,
  },
];

Deno.test("checks: a table grouped by subject, with the remedies below", () => {
  assertEquals(
    checksText(ROWS),
    `host
  ok    kernel      6.1
eth0
  note  link reset  known
  FAIL  mode        none
                    => do this
`,
  );
});

Deno.test("checks: one JSON object", () => {
  const text = checksJson(ROWS, "h");
  assertEquals(text.indexOf("\n"), text.length - 1);
  const { works, rows } = JSON.parse(text);
  assertEquals([works, rows.length, rows[2].exitCode], [false, 3, 6]);
  assertEquals(JSON.parse(checksJson(ROWS.slice(0, 2), "h")).works, true);
});
