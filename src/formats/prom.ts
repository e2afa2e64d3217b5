/** The prom format: a page for the textfile collector of Prometheus' node_exporter. */
import type { PageFormat } from "./format.ts";
import { metricsText } from "./metrics.ts";

export const prom: PageFormat = {
  kind: "page",
  name: "prom",
  help:
    "metrics of the run so far, for the textfile collector of Prometheus' node_exporter; the file is replaced whole at each tick",
  endings: [".prom"],
  fileName: "xdptally-%i.prom",
  defaultTop: 20,
  isHead: (text) => text.startsWith("# HELP xdptally_"),
  page: (states) => metricsText(states),
};
