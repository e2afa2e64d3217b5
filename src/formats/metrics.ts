/** Writes the page of metrics that Prometheus reads: every metric, in two text formats. */
import { FAMILIES } from "../basics/address.ts";
import {
  fieldInSnakeCase,
  type FieldValue,
  hasAddresses,
  VERDICTS,
} from "../basics/keys.ts";
import { type Names, placeOf } from "../names/names.ts";
import { otherTypes, sourcesOf } from "../tally/books.ts";
import type { Snapshot } from "../tally/records.ts";
import type { Tally } from "../tally/source_list.ts";
import type { InterfaceState } from "./interface_state.ts";

type LabelSet = Readonly<Record<string, string>>;
type Sample = readonly [LabelSet, number | bigint];

/** A metric family. Samples of a counter are named with `_total` at the end. */
interface Metric {
  readonly name: string;
  readonly type: "counter" | "gauge";
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** The two text formats of metrics, with their media types. */
export const METRICS_TYPES = {
  prometheus: "text/plain; version=0.0.4; charset=utf-8",
  openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
} as const;

export type MetricsForm = keyof typeof METRICS_TYPES;

/**
 * The page of metrics, in Prometheus' text format or in OpenMetrics. In the
 * latter the family of a counter is named without `_total`.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 * @see https://prometheus.io/docs/specs/om/open_metrics_spec/
 *
 * @example
 * metricsText(states.all, "openMetrics"); // "# HELP xdptally_build_info …"
 */
export function metricsText(
  states: readonly InterfaceState[],
  form: MetricsForm = "prometheus",
): string {
  const isOpen = form === "openMetrics";
  const families = metrics(states).map(({ name, type, help, samples }) => {
    const full = fullName(name, type);
    const family = isOpen ? name : full;
    const lines = samples.map(([labels, value]) =>
      `${full}${labelText(labels)} ${value}\n`
    );
    return `# HELP ${family} ${help}\n# TYPE ${family} ${type}\n${
      lines.join("")
    }`;
  });
  return families.join("") + (isOpen ? "# EOF\n" : "");
}

function labelText(labels: LabelSet): string {
  const pairs = Object.entries(labels)
    .map(([name, value]) => `${name}="${escape(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escape(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')
    .replaceAll("\n", "\\n");
}

/** Every metric by its full name, with its type and help. */
export function metricNames(): { name: string; type: string; help: string }[] {
  return metrics([]).map(({ name, type, help }) => ({
    name: fullName(name, type),
    type,
    help,
  }));
}

function fullName(name: string, type: Metric["type"]): string {
  return type === "counter" ? `${name}_total` : name;
}

function metrics(states: readonly InterfaceState[]): Metric[] {
  const each = (samples: (state: InterfaceState) => Iterable<Sample>) =>
    states.flatMap((state) =>
      [...samples(state)].map(([labels, value]): Sample => [
        {
          interface: state.start.interface,
          direction: state.start.direction,
          ...labels,
        },
        value,
      ])
    );
  const gauge = (
    name: string,
    help: string,
    samples: (state: InterfaceState) => Iterable<Sample>,
  ): Metric => ({ name, type: "gauge", help, samples: each(samples) });
  const counter = (
    name: string,
    help: string,
    samples: (snapshot: Snapshot) => Iterable<Sample>,
  ): Metric => ({
    name,
    type: "counter",
    help,
    samples: each(({ snapshot }) => samples(snapshot)),
  });
  /** Two counters for the same tallies: packets and bytes. */
  const tallies = (
    name: string,
    what: string,
    list: (snapshot: Snapshot) => Iterable<readonly [LabelSet, Tally]>,
  ) =>
    (["packets", "bytes"] as const).map((unit) =>
      counter(
        `xdptally_${name}${unit}`,
        `${unit === "packets" ? "Packets" : "Bytes"} ${what}`,
        (snapshot) =>
          Array.from(list(snapshot), ([labels, tally]) => [
            labels,
            tally[unit],
          ]),
      )
    );

  return [
    // With the labels of the interface, two files in one folder share no sample.
    gauge(
      "xdptally_build_info",
      "The version of xdptally; always 1",
      ({ start }) => [[{ version: start.version }, 1]],
    ),
    gauge(
      "xdptally_interface_info",
      "How the program is attached; always 1",
      ({ start }) => [[{ mode: start.mode }, 1]],
    ),
    gauge(
      "xdptally_running",
      "1 while the interface is counted, else 0",
      ({ isRunning }) => [[{}, Number(isRunning)]],
    ),
    gauge(
      "xdptally_start_time_seconds",
      "When counting began, as a Unix time",
      ({ start }) => [[{}, start.start.getTime() / 1000]],
    ),
    gauge(
      "xdptally_interval_seconds",
      "Interval between ticks",
      ({ start }) => [[{}, start.interval]],
    ),
    gauge(
      "xdptally_last_tick_time_seconds",
      "When the last tick ended, as a Unix time",
      ({ snapshot }) => [[{}, snapshot.end.getTime() / 1000]],
    ),
    gauge(
      "xdptally_tick_reading_seconds",
      "How long reading the last tick took, from its end",
      ({ snapshot }) => [[{}, snapshot.reading]],
    ),
    gauge(
      "xdptally_complete",
      "1 if everything was read and the books balance, else 0",
      ({ snapshot }) => [[{}, Number(snapshot.complete)]],
    ),
    gauge(
      "xdptally_sources",
      "Sources in the table of the run",
      ({ snapshot: { kept, by } }) =>
        hasAddresses({ fields: by })
          ? FAMILIES.map((family) => [{ family }, kept[family]])
          : [[{}, kept.ipv4]],
    ),
    gauge(
      "xdptally_max_sources",
      "Most sources that the table can hold, of each family",
      ({ maxSources }) => [[{}, maxSources]],
    ),
    counter("xdptally_ticks", "Ticks", ({ ticks }) => [[{}, ticks]]),
    counter(
      "xdptally_missed_deadlines",
      "Ticks that were merged into the next one",
      ({ skipped }) => [[{}, skipped]],
    ),
    ...tallies(
      "",
      "that the program saw, counted independently of the classes",
      ({ books }) => [[{}, books.total]],
    ),
    ...tallies(
      "class_",
      "by class; the classes add up to the total",
      classes,
    ),
    counter(
      "xdptally_untracked_by_cause_packets",
      "Untracked packets, by cause",
      ({ books: { untracked } }) => [
        [{ cause: "full" }, untracked.full],
        [{ cause: "no_memory" }, untracked.noMemory],
        [{ cause: "busy" }, untracked.busy],
      ],
    ),
    counter(
      "xdptally_non_ip_by_type_packets",
      "Non-IP packets, by EtherType: the first ones that were seen",
      ({ books: { nonIp } }) => [
        ...Array.from(
          nonIp.types,
          ([type, packets]) => [{ type }, packets] as const,
        ),
        [{ type: "other" }, otherTypes(nonIp)],
      ],
    ),
    counter(
      "xdptally_malformed_by_cause_packets",
      "Malformed packets, by cause",
      ({ books: { malformed } }) => [
        [{ cause: "cut" }, malformed.cut],
        [{ cause: "version" }, malformed.version],
        [{ cause: "length" }, malformed.length],
      ],
    ),
    ...tallies(
      "verdict_",
      "by what the XDP program did that is there (--hook observe); they add up to the total",
      ({ books: { verdicts } }) =>
        verdicts === undefined
          ? []
          : VERDICTS.map((verdict) =>
            [{ verdict }, verdicts[verdict]] as const
          ),
    ),
    counter(
      "xdptally_missed_packets",
      "Packets that the kernel kept from the program (--hook observe)",
      ({ missed }) => missed === undefined ? [] : [[{}, missed]],
    ),
    ...tallies(
      "source_",
      "of the top sources, counted since each joined them; the series add up to class source",
      ({ by, names, sources, others }) => [
        ...sources.map((source) =>
          [
            {
              ...labelsOf(by, (at) => String(source.values[at] ?? "")),
              ...namesOf(names, placeOf(source)),
            },
            source,
          ] as const
        ),
        [{ ...labelsOf(by, () => "other"), ...namesOf(names, null) }, others],
      ],
    ),
  ];
}

/** A label for each field of a key. */
function labelsOf(
  by: Snapshot["by"],
  value: (at: number) => string,
): LabelSet {
  return Object.fromEntries(
    by.map((name, at) => [fieldInSnakeCase(name), value(at)]),
  );
}

/** A label for each field that is asked for; empty: it is not known. */
function namesOf(names: Names | undefined, place: FieldValue): LabelSet {
  const values = names?.values(place) ?? [];
  return Object.fromEntries(
    names?.columns.map((column, at) => [column, String(values[at] ?? "")]) ??
      [],
  );
}

function classes({ books }: Snapshot): [LabelSet, Tally][] {
  return [
    [{ class: "source" }, sourcesOf(books)],
    [{ class: "untracked" }, books.untracked],
    [{ class: "non_ip" }, books.nonIp],
    [{ class: "malformed" }, books.malformed],
    [{ class: "filtered" }, books.filtered],
    [{ class: "undecoded" }, books.undecoded],
  ];
}
