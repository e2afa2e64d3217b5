/** Which sources become labels of Prometheus metrics. */
import { assertEquals } from "@std/assert";
import { LabelledSources } from "../../src/tally/labelled_sources.ts";
import { SourceTable } from "../../src/tally/source_table.ts";
import { listOf, type Row, v4, v6 } from "./lists.ts";

function labels(top: number, limit = 100) {
  const tables = {
    ipv4: new SourceTable("ipv4", limit),
    ipv6: new SourceTable("ipv6", limit),
  };
  const labels = new LabelledSources(top, tables);
  /** One window; returns the labelled sources with their packets. */
  return (ipv4: Row[], ipv6: Row[] = []) => {
    const window = {
      ipv4: listOf("ipv4", ...ipv4),
      ipv6: listOf("ipv6", ...ipv6),
    };
    tables.ipv4.add(window.ipv4);
    tables.ipv6.add(window.ipv6);
    labels.take(window);
    return labels.sources.map(({ key, packets }) => [key, Number(packets)]);
  };
}

Deno.test("the sources with most packets in the run are labelled", () => {
  const take = labels(2);
  assertEquals(
    take([v4("10.0.0.1", 5), v4("10.0.0.2", 1)], [v6(1, 7)]),
    [["2001:db8::1", 7], ["10.0.0.1", 5]],
  );
  assertEquals(take([v4("10.0.0.1", 3)]), [
    ["10.0.0.1", 8],
    ["2001:db8::1", 7],
  ]);
});

Deno.test("a newly labelled source counts from that tick on", () => {
  const take = labels(1);
  take([v4("10.0.0.1", 5), v4("10.0.0.2", 4)]);
  assertEquals(take([v4("10.0.0.2", 1)]), [["10.0.0.1", 5]], "level");
  assertEquals(take([v4("10.0.0.2", 2)]), [["10.0.0.2", 2]]);
  assertEquals(take([v4("10.0.0.2", 3)]), [["10.0.0.2", 5]]);
  assertEquals(take([v4("10.0.0.1", 9)]), [["10.0.0.1", 9]], "back again");
});

Deno.test("a source without a row is not labelled, and with a limit of 0 none is", () => {
  assertEquals(labels(0)([v4("10.0.0.1", 1)]), []);
  const take = labels(3, 2);
  assertEquals(
    take([v4("10.0.0.1", 1), v4("10.0.0.2", 2), v4("10.0.0.3", 3)]),
    [["10.0.0.2", 2], ["10.0.0.1", 1]],
  );
});
