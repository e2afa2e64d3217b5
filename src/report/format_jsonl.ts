/** `report --format jsonl`: all that a report says, for programs. */
import { exactInteger } from "../basics/exact_integer.ts";
import { fieldInJson, type FieldValue } from "../basics/keys.ts";
import { classesOf, verdictsIn } from "./class_sums.ts";
import type { Group } from "./groups.ts";
import type { Problems } from "./problems.ts";
import type { Report } from "./reporter.ts";
import type { Stretches } from "./coverage.ts";
import { addressOf, fieldsIn, fieldValues } from "./row_names.ts";
import { isIncomplete } from "./sentences.ts";
import { isoTime } from "./times.ts";

/**
 * A report as JSON Lines: a `row` for each group, an `interface` for each
 * interface with its gaps and overlaps, an `incomplete` for each incomplete run, a
 * `problem` for what was read wrong or twice, and a `summary`.
 */
export function reportJsonl(report: Report, problems: Problems): string {
  const verdicts = verdictsIn(report.sums);
  const lines = [
    ...report.groups.map((group) => ({
      type: "row",
      ...rowOf(group),
      ...namesOf(group, report),
    })),
    ...report.interfaces.map((covered) => ({
      type: "interface",
      host: covered.host,
      interface: covered.interface,
      captures: covered.captures,
      covered: covered.covered / 1000,
      first: isoTime(covered.first),
      last: isoTime(covered.last),
      gaps: covered.gaps.count,
      longestGap: longestOf(covered.gaps),
      overlaps: covered.overlaps.count,
      longestOverlap: longestOf(covered.overlaps),
    })),
    ...report.incomplete.map(({ start, ...run }) => ({
      type: "incomplete",
      ...run,
      start: isoTime(start),
    })),
    ...problemLines(problems),
    {
      type: "summary",
      by: report.bys,
      unknown: report.unknown,
      ticks: report.ticks,
      screens: report.screens,
      hidden: report.hidden,
      incomplete: isIncomplete(report, problems),
      busiestIsLeast: report.isBusiestLeast,
      hasCsv: report.hasCsv,
      ...exactly(classesOf(report.sums)),
      ...(verdicts.length > 0 ? { verdicts: exactly(verdicts) } : {}),
    },
  ];
  return lines.map((line) => escaped(JSON.stringify(line)) + "\n").join("");
}

/** Sums by name, as JSON values. */
function exactly(sums: ReturnType<typeof classesOf>) {
  return Object.fromEntries(
    sums.map(([name, { packets, bytes }]) => [
      name,
      { packets: exactInteger(packets), bytes: exactInteger(bytes) },
    ]),
  );
}

/** A line of type `problem` for each kind of them, and for each file with copies. */
function problemLines({ unread, unusable, copies, ...kinds }: Problems) {
  const named = (["broken", "conflicts", "doubled"] as const)
    .map((kind) => ({ kind, ...kinds[kind] }))
    .filter(({ count }) => count > 0);
  return [
    ...unread.map((file) => ({ kind: "unread", file })),
    ...unusable.map((file) => ({ kind: "unusable", file })),
    ...named.map(({ kind, count, examples }) => ({ kind, count, examples })),
    ...copies.map(({ file, count }) => ({ kind: "copies", file, count })),
  ].map((problem) => ({ type: "problem", ...problem }));
}

function longestOf({ longest }: Stretches) {
  return longest && {
    from: isoTime(longest.from),
    to: isoTime(longest.to),
    runs: longest.runs,
  };
}

/** JSON may have these characters as they are; a terminal would obey some of them. */
function escaped(json: string): string {
  return json.replaceAll(
    /[\x7f-\x9f\u2028\u2029]|\p{Cf}/gu,
    (character) =>
      Array.from(
        { length: character.length },
        (_, at) =>
          `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`,
      ).join(""),
  );
}

function rowOf(group: Group) {
  return {
    ...keyOf(group),
    packets: exactInteger(group.packets),
    bytes: exactInteger(group.bytes),
    firstSeen: isoTime(group.firstSeen),
    lastSeen: isoTime(group.lastSeen),
    busiestMinute: isoTime(group.busiestMinute),
    busiestMinutePackets: exactInteger(group.busiestPackets),
  };
}

/** What is known of the address, if that is asked for; null: not known. */
function namesOf(group: Group, { names }: Report) {
  const values = names?.values(addressOf(group)) ?? [];
  return Object.fromEntries(
    names?.fields.map((name, at) => [name, values[at]]) ?? [],
  );
}

/** A member for each field of the key, or one for all. */
function keyOf(group: Group): Record<string, FieldValue> {
  const values = fieldValues(group);
  if (values === undefined) return { [group.by]: group.key };
  const names = fieldsIn(group.by)!;
  return Object.fromEntries(
    names.map((name, at) => [fieldInJson(name), values[at]!]),
  );
}
