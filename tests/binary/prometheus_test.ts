/** contrib/prometheus/, checked by promtool; `make test-fleet` runs it in Prometheus. */
import { assert, assertEquals } from "@std/assert";
import { DASHBOARD, queries, withEverything } from "../lib/dashboard.ts";
import { METRICS } from "../lib/metrics.ts";
import { sh } from "../lib/stage.ts";

const ROOT = new URL("../..", import.meta.url).pathname.replaceAll("%20", " ");
const FOLDER = `${ROOT}contrib/prometheus`;
const RULES = ["recording.rules.yml", "alerts.rules.yml"].map((name) =>
  `${FOLDER}/${name}`
);
const read = (path: string) => Deno.readTextFileSync(path);
/** The values of a YAML key, each on a line of its own. */
const values = (text: string, key: string) =>
  [...text.matchAll(new RegExp(`^ +(?:- )?${key}: (\\S+)$`, "gm"))]
    .map(([, value]) => value!);

Deno.test("promtool check config, with its rules and targets", () => {
  const said = sh("promtool", "check", "config", `${FOLDER}/prometheus.yml`);
  assert(said.includes("2 rule files found"), said);
  assert(!said.includes("WARNING"), said);
});

Deno.test("promtool check rules", () => {
  sh("promtool", "check", "rules", "--lint-fatal", ...RULES);
});

Deno.test("promtool test rules: every alert fires in a test of its own", () => {
  const file = `${ROOT}tests/fleet/alerts.test.yml`;
  sh("promtool", "test", "rules", file);
  const alerts = values(read(RULES[1]!), "alert");
  assert(alerts.length > 0);
  const tests = read(file).split("\n  - name: ").slice(1);
  assertEquals(
    tests.map((test) => test.slice(0, test.indexOf("\n"))),
    [...alerts, "recording rules"],
  );
  for (const test of tests.slice(0, -1)) {
    const name = test.slice(0, test.indexOf("\n"));
    assert(
      new RegExp(`alertname: ${name}\n +exp_alerts:`).test(test),
      `${name} fires nowhere`,
    );
    assert(
      new RegExp(`{ eval_time: \\w+, alertname: ${name} }`).test(test),
      `${name} is nowhere silent`,
    );
  }
});

Deno.test("every metric and recorded series that rules and dashboard name exists", () => {
  const records = new Set(values(read(RULES[0]!), "record"));
  const texts = [
    ...RULES.map(read),
    ...queries().map(([, expr]) => withEverything(expr)),
    ...DASHBOARD.templating.list.map(({ definition = "" }) => definition),
  ];
  for (const text of texts) {
    for (const [name] of text.matchAll(/[a-z_]+:xdptally_\w+:\w+/g)) {
      assert(records.has(name), name);
    }
    for (const [name] of text.matchAll(/(?<![:\w"])xdptally_\w+/g)) {
      assert(METRICS.has(name), name);
    }
  }
});

Deno.test("docs/fleet.md lists every alert and its `for` duration", () => {
  const rows = [
    ...read(`${ROOT}docs/fleet.md`)
      .matchAll(/^\| (Xdptally\w+) +\| .* \| (\w*) +\|$/gm),
  ].map(([, name, wait]) => [name, wait]);
  const alerts = read(RULES[1]!).split("- alert: ").slice(1).map((rule) => [
    /^\w+/.exec(rule)![0],
    / for: (\w+)/.exec(rule)?.[1] ?? "",
  ]);
  assertEquals(rows, alerts);
});
