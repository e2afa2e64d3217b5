/** Checks that the books of a record balance. */
import { VERDICTS } from "../basics/keys.ts";
import {
  type ClassCounts,
  PACKET_CLASSES,
  type SourceCount,
} from "./capture_record.ts";
import { CountSum } from "./counts.ts";
import { ScannedSources } from "./source_scanner.ts";

/**
 * Both sides of the books, in packets and in bytes.
 *
 * @throws {SyntaxError} they differ
 */
export function requireBalance(
  counts: ClassCounts,
  sources: ScannedSources | readonly SourceCount[],
): void {
  requireVerdicts(counts);
  for (const unit of UNITS) {
    const sum = new CountSum();
    addSources(sum, sources, unit);
    for (const name of PACKET_CLASSES) {
      if (name !== "total") sum.add(counts[name][unit]);
    }
    const total = counts.total[unit];
    if (sum.equals(total)) continue;
    throw new SyntaxError(
      `its books do not balance: total is ${total} ${unit}, its sources and classes add up to ${sum.value}`,
    );
  }
}

/** @throws {SyntaxError} there are verdicts, and they do not add up to the total */
function requireVerdicts(counts: ClassCounts): void {
  const seen = VERDICTS.flatMap((name) => counts[name] ?? []);
  for (const unit of seen.length > 0 ? UNITS : []) {
    const sum = new CountSum();
    for (const count of seen) sum.add(count[unit]);
    if (sum.equals(counts.total[unit])) continue;
    throw new SyntaxError(
      `its books do not balance: total is ${
        counts.total[unit]
      } ${unit}, its verdicts add up to ${sum.value}`,
    );
  }
}

const UNITS = ["packets", "bytes"] as const;

function addSources(
  sum: CountSum,
  sources: ScannedSources | readonly SourceCount[],
  unit: typeof UNITS[number],
): void {
  if (!(sources instanceof ScannedSources)) {
    for (const source of sources) sum.add(source[unit]);
    return;
  }
  const known = unit === "packets" ? sources.packetSum : sources.byteSum;
  if (known <= Number.MAX_SAFE_INTEGER) sum.add(known);
  else {
    const counts = sources[unit];
    for (let row = 0; row < sources.length; row++) sum.add(counts[row]!);
  }
}
