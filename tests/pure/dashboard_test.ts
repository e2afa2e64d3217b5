/** contrib/grafana/dashboard.json is well formed; Grafana itself is in no package here. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { DASHBOARD, type Panel, queries } from "../lib/dashboard.ts";

const { panels, templating } = DASHBOARD;
const rows = panels.filter(({ type }) => type === "row");
const graphs = panels.filter(({ type }) => type !== "row");

/** The columns of Grafana's grid. */
const COLUMNS = 24;

function overlap({ gridPos: a }: Panel, { gridPos: b }: Panel): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h &&
    b.y < a.y + a.h;
}

Deno.test("dashboard: every panel has a unique id, a title and a place that no other overlaps", () => {
  assertEquals(new Set(panels.map(({ id }) => id)).size, panels.length);
  assertEquals(new Set(panels.map(({ title }) => title)).size, panels.length);
  for (const [at, panel] of panels.entries()) {
    const { x, y, w, h } = panel.gridPos;
    for (const number of [x, y, w, h]) {
      assert(Number.isInteger(number) && number >= 0, panel.title);
    }
    assert(w > 0 && h > 0 && x + w <= COLUMNS, panel.title);
    for (const other of panels.slice(at + 1)) {
      assert(!overlap(panel, other), `${panel.title} lies on ${other.title}`);
    }
  }
});

Deno.test("dashboard: a row for the fleet, then one for the host", () => {
  assertEquals(rows.map(({ title }) => title), ["Fleet", "Host $host"]);
  assertEquals(panels[0], rows[0]);
  const places = panels.map(({ gridPos: { x, y } }) => y * COLUMNS + x);
  assertEquals(places, places.toSorted((a, b) => a - b));
});

Deno.test("dashboard: every panel has a description and queries the chosen Prometheus", () => {
  const datasource = { type: "prometheus", uid: "${datasource}" };
  for (const { title, description, targets = [], ...panel } of graphs) {
    assertMatch(description ?? "", /\.$/, title);
    assertEquals(panel.datasource, datasource, title);
    assert(targets.length > 0, title);
    for (const [at, target] of targets.entries()) {
      assertEquals(target.refId, String.fromCharCode(65 + at), title);
      assertEquals(target.datasource, datasource, title);
    }
  }
});

Deno.test("dashboard: every variable is used, and every variable in a query is defined", () => {
  const names = templating.list.map(({ name }) => name);
  assertEquals(names, ["datasource", "host", "interface", "direction"]);
  const used = new Set(
    queries().flatMap(([, expr]) =>
      [...expr.matchAll(/\$(\w+)/g)].map(([, name]) => name!)
    ).filter((name) => !name.startsWith("__")),
  );
  assertEquals(used, new Set(names.slice(1)));
});
