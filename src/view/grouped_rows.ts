/** Adds counted rows up to the rows of a coarser grouping, exactly. */
import { type FieldName, keyText } from "../basics/keys.ts";
import { NOTHING, plus, type Tally } from "../tally/source_list.ts";
import { DistinctValues, type FanOutField, fanOutFields } from "./fan_out.ts";
import { type Grouping, groupPart } from "./grouping.ts";
import type { Scope } from "./row_order.ts";
import type { SourceRow } from "./source_rows.ts";
import type { ViewRow } from "./view_row.ts";

/** Of a row that has not been added up. */
const NEVER = new Date(NaN);

/** A row that counted rows add up to. */
export class GroupRow implements ViewRow {
  readonly key: string;
  readonly address: Uint8Array | undefined;
  first = NEVER;
  born = Infinity;
  seen = 0;
  tick: Tally = NOTHING;
  run: Tally | undefined;
  readonly smooth = { packets: 0, bytes: 0 };
  step = NaN;
  place = Infinity;
  /** The rows that the filter left. */
  readonly members: SourceRow[] = [];
  /** The rows that it is one of. */
  readonly owner: GroupedRows;
  isGone = false;
  readonly #values: readonly DistinctValues[];
  /** The rounds in which it was last seen, emptied, and had packets. */
  round = 0;
  sumRound = 0;
  activeRound = 0;

  constructor(
    owner: GroupedRows,
    key: string,
    address: Uint8Array | undefined,
    fans: number,
  ) {
    this.owner = owner;
    this.key = key;
    this.address = address;
    this.#values = Array.from({ length: fans }, () => new DistinctValues());
  }

  get fanOut(): number[] {
    return this.#values.map(({ size }) => size);
  }

  clear(): void {
    this.members.length = 0;
    this.tick = NOTHING;
    this.run = undefined;
    this.smooth.packets = this.smooth.bytes = 0;
    this.born = Infinity;
    this.seen = 0;
    for (const values of this.#values) values.clear();
  }

  /** @param fans where the fan-out fields are among the row's values */
  add(row: SourceRow, fans: readonly number[], scope: Scope): void {
    this.members.push(row);
    if (row.tick !== NOTHING) this.tick = plus(this.tick, row.tick);
    if (row.run !== undefined) this.run = plus(this.run ?? NOTHING, row.run);
    this.smooth.packets += row.smooth.packets;
    this.smooth.bytes += row.smooth.bytes;
    if (row.born < this.born) {
      this.born = row.born;
      this.first = row.first;
    }
    this.seen = Math.max(this.seen, row.seen);
    if (scope === "tick" && row.tick === NOTHING) return;
    for (const [at, field] of fans.entries()) {
      this.#values[at]!.add(row.values[field]!);
    }
  }
}

/**
 * The rows of one grouping; they stay the same objects, so that row_order.ts knows
 * where they were.
 *
 * @example
 * const ports = new GroupedRows({ fields: ["port"], isByNetwork: false }, by);
 * const { rows } = ports.sum(counted, "tick", () => true);
 */
export class GroupedRows {
  readonly grouping: Grouping;
  readonly #fans: readonly FanOutField[];
  /** Where the fields of the grouping, and those of the fan-out, are among the values. */
  readonly #at: readonly number[];
  readonly #fansAt: readonly number[];
  readonly #groups = new Map<string, GroupRow>();
  #round = 0;

  /** @param by the fields of a counted row, in the order of its values */
  constructor(grouping: Grouping, by: readonly FieldName[]) {
    this.grouping = grouping;
    this.#fans = fanOutFields(grouping, by);
    this.#at = grouping.fields.map((name) => by.indexOf(name));
    this.#fansAt = this.#fans.map((name) => by.indexOf(name));
  }

  /**
   * Adds up the counted rows that `matches` accepts.
   *
   * @returns the groups that have such rows; and how many groups have packets at all
   */
  sum(
    counted: Iterable<SourceRow>,
    scope: Scope,
    matches: (row: SourceRow, key: string) => boolean,
  ): { rows: GroupRow[]; known: number } {
    const round = ++this.#round;
    const rows: GroupRow[] = [];
    for (const row of counted) {
      const group = this.#groupFor(row);
      group.round = round;
      if (scope === "run" || row.tick !== NOTHING) group.activeRound = round;
      if (!matches(row, group.key)) continue;
      if (group.sumRound !== round) {
        group.sumRound = round;
        group.clear();
        rows.push(group);
      }
      group.add(row, this.#fansAt, scope);
    }
    let known = 0;
    for (const group of this.#groups.values()) {
      if (group.activeRound === round) known++;
      if (group.round === round) continue;
      group.isGone = true;
      this.#groups.delete(group.key);
    }
    return { rows, known };
  }

  #groupFor(row: SourceRow): GroupRow {
    const known = row.group;
    if (
      known instanceof GroupRow && known.owner === this && !known.isGone
    ) return known;
    const parts = this.#at.map((at) =>
      groupPart(row.values[at]!, this.grouping)
    );
    const key = keyText(parts.map(({ value }) => value));
    let group = this.#groups.get(key);
    if (group === undefined) {
      const address = parts.find(({ address }) => address)?.address;
      group = new GroupRow(this, key, address, this.#fans.length);
      this.#groups.set(key, group);
    }
    row.group = group;
    return group;
  }
}
