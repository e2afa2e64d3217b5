/** The names and labels of all metrics, as the program writes them. */
import { emptySnapshot } from "../../src/formats/interface_state.ts";
import { metricsText } from "../../src/formats/metrics.ts";

const START = {
  type: "start",
  host: "h",
  run: "r",
  interface: "eth0",
  direction: "in",
  by: ["source"],
  ifindex: 3,
  version: "1",
  start: new Date(0),
  interval: 1,
  filter: undefined,
} as const;

/** A metric of the page with its label names. */
export interface KnownMetric {
  readonly type: string;
  readonly labels: readonly string[];
}

/** The page for one interface, with no labelled source but "other". */
export function pageOf(mode: "native" | "observe"): string {
  const start = { ...START, mode };
  const snapshot = emptySnapshot(start);
  return metricsText([{ start, snapshot, isRunning: true, maxSources: 1 }]);
}

/** Every metric by name: a run that observes has them all. */
export const METRICS: ReadonlyMap<string, KnownMetric> = new Map(
  [...pageOf("observe").matchAll(/^# TYPE (\S+) (\S+)\n\1{(.*)}/gm)]
    .map(([, name, type, labels]) => [
      name!,
      {
        type: type!,
        labels: [...labels!.matchAll(/(\w+)="/g)].map(([, label]) => label!),
      },
    ]),
);
