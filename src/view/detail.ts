/** The row that was opened: what it sent over time, and the counted rows that it consists of. */
import {
  type FieldName,
  type FieldValue,
  keyText,
  valuesOfKey,
} from "../basics/keys.ts";
import type { StartRecord } from "../tally/records.ts";
import type { Tally } from "../tally/source_list.ts";
import { type Grouping, groupPart } from "./grouping.ts";
import type { Pane } from "./pane.ts";
import type { Scrolled } from "./sections.ts";
import { HISTORY, type SourceRow } from "./source_rows.ts";

/** What the row sent in a tick. */
interface DetailTick {
  /** When it ended, in seconds of the run. */
  readonly end: number;
  /** Seconds. */
  readonly elapsed: number;
  /** A second; NaN: unknown. */
  readonly packets: number;
  readonly bytes: number;
}

/** Seconds of ticks that are kept. */
const LENGTH = 3600;

/**
 * Follows a row of any grouping, also when the screen shows the past, or is paused.
 *
 * @example
 * const detail = new Detail(row.key, choice.grouping, pane);
 * detail.take(pane); // after each tick
 * detail.members(pane.rows);
 */
export class Detail implements Scrolled {
  readonly key: string;
  readonly grouping: Grouping;
  /** Of the run that it is of. */
  readonly start: StartRecord;
  readonly #by: readonly FieldName[];
  readonly #isMember = new WeakMap<SourceRow, boolean>();
  #ticks: DetailTick[];
  scroll = 0;

  /** @param pane with the ticks before */
  constructor(key: string, grouping: Grouping, pane: Pane) {
    this.key = key;
    this.grouping = grouping;
    this.start = pane.start;
    this.#by = pane.start.by;
    this.#ticks = this.#pastTicks(pane);
  }

  /** Whether it is one of the counted rows, which others do not add up to. */
  get isCounted(): boolean {
    const { fields, isByNetwork } = this.grouping;
    return !isByNetwork && fields.length === this.#by.length;
  }

  /** Adds the last tick of the pane. */
  take(pane: Pane): void {
    const { last, rows } = pane;
    if (last === undefined) return;
    let packets = 0n, bytes = 0n;
    for (const { tick } of this.members(rows)) {
      packets += tick.packets;
      bytes += tick.bytes;
    }
    this.#ticks.push(tickOf(rows.clock, last.elapsed, { packets, bytes }));
    while (this.#ticks[0]!.end < rows.clock - LENGTH) this.#ticks.shift();
  }

  /** Its ticks up to a time of the pane's clock, the oldest first. */
  ticks(until: number): readonly DetailTick[] {
    return this.#ticks.filter(({ end }) => end <= until);
  }

  /** Those of some counted rows that the row consists of. */
  members(rows: Iterable<SourceRow>): SourceRow[] {
    const members: SourceRow[] = [];
    for (const row of rows) {
      let isMember = this.#isMember.get(row);
      if (isMember === undefined) {
        isMember = this.#matches(row.values);
        this.#isMember.set(row, isMember);
      }
      if (isMember) members.push(row);
    }
    return members;
  }

  #matches(values: readonly FieldValue[]): boolean {
    if (this.isCounted) return keyText(values) === this.key;
    const group = this.grouping.fields.map((name) =>
      groupPart(values[this.#by.indexOf(name)]!, this.grouping).value
    );
    return keyText(group) === this.key;
  }

  /** What the history has of it, and the packets of the last ticks of its rows. */
  #pastTicks({ start, history, rows }: Pane): DetailTick[] {
    const known = new Map<string, boolean>();
    const matches = (key: string) => {
      let isMember = known.get(key);
      if (isMember === undefined) {
        isMember = this.#matches(valuesOfKey(key, this.#by));
        known.set(key, isMember);
      }
      return isMember;
    };
    const trend = rows.trend(this.members(rows), HISTORY);
    const kept = [...history.of(start, matches, this.isCounted)];
    return kept.map(([{ last: { elapsed }, clock, runClock }, sum], at) => {
      const end = clock - runClock;
      if (sum !== undefined) return tickOf(end, elapsed, sum);
      const packets = trend[HISTORY - kept.length + at] ?? NaN;
      return { end, elapsed, packets, bytes: NaN };
    });
  }
}

function tickOf(end: number, elapsed: number, sum: Tally): DetailTick {
  const packets = Number(sum.packets) / elapsed;
  return { end, elapsed, packets, bytes: Number(sum.bytes) / elapsed };
}
