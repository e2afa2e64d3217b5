/** The ticks of a run that were read, as ranges of their numbers. */

/** Consecutive ticks: their numbers, and the time that they cover (ms since 1970). */
export interface TickRange {
  from: number;
  to: number;
  start: number;
  end: number;
}

/** Ranges by their first and by their last numbers. */
interface RangeMaps {
  readonly byFrom: Map<number, TickRange>;
  /** But for the range that usually grows next. */
  readonly byTo: Map<number, TickRange>;
}

/** Ticks in any order become ranges: memory grows with the holes, not with the ticks. */
export class TickRanges {
  /** Undefined: there is only `#last`, as in most runs. */
  #maps: RangeMaps | undefined;
  /** The range that grew last. */
  #last: TickRange | undefined;

  /** Adds a tick that is not in it. */
  add(seq: number, start: number, end: number): void {
    const tick = { from: seq, to: seq, start, end };
    const last = this.#last ??= tick;
    if (last === tick) return;
    if (this.#maps === undefined && last.to === seq - 1) extend(last, tick);
    else this.#addTo(this.#maps ??= mapsOf(last), last, tick);
  }

  #addTo({ byFrom, byTo }: RangeMaps, last: TickRange, tick: TickRange): void {
    const before = last.to === tick.from - 1 ? last : byTo.get(tick.from - 1);
    if (last !== before) byTo.set(last.to, last);
    const range = before ?? tick;
    if (before === undefined) byFrom.set(tick.from, tick);
    else if (before !== last) byTo.delete(before.to);
    extend(range, tick);
    const after = byFrom.get(tick.to + 1);
    if (after !== undefined) {
      byFrom.delete(after.from);
      byTo.delete(after.to);
      extend(range, after);
    }
    this.#last = range;
  }

  /** The ranges in the order of their numbers. */
  get sorted(): TickRange[] {
    if (this.#maps !== undefined) {
      return [...this.#maps.byFrom.values()].sort((a, b) => a.from - b.from);
    }
    return this.#last === undefined ? [] : [this.#last];
  }
}

function mapsOf(range: TickRange): RangeMaps {
  return { byFrom: new Map([[range.from, range]]), byTo: new Map() };
}

function extend(range: TickRange, by: TickRange): void {
  range.to = Math.max(range.to, by.to);
  range.start = Math.min(range.start, by.start);
  range.end = Math.max(range.end, by.end);
}
