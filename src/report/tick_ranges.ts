/** The ticks of a run that were read, as ranges of their numbers. */

/** In ms since 1970. */
export interface Covered {
  readonly start: number;
  readonly end: number;
}

/** Consecutive ticks: their numbers, and the time from the first to the last. */
export interface TickRange {
  from: number;
  to: number;
  start: number;
  end: number;
}

/** Times are rounded, and clocks adjusted a little: what is shorter is no pause, ms. */
const SHORTEST_PAUSE = 1000;

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
  /** Time between two ticks of a range, in the order in which the ticks were read. */
  readonly #pauses: Covered[] = [];

  /** Adds a tick that is not in it. */
  add(seq: number, start: number, end: number): void {
    const tick = { from: seq, to: seq, start, end };
    const last = this.#last ??= tick;
    if (last === tick) return;
    if (this.#maps === undefined && last.to === seq - 1) this.#join(last, tick);
    else this.#addTo(this.#maps ??= mapsOf(last), last, tick);
  }

  #addTo({ byFrom, byTo }: RangeMaps, last: TickRange, tick: TickRange): void {
    const before = last.to === tick.from - 1 ? last : byTo.get(tick.from - 1);
    if (last !== before) byTo.set(last.to, last);
    const range = before ?? tick;
    if (before === undefined) byFrom.set(tick.from, tick);
    else if (before !== last) byTo.delete(before.to);
    if (before !== undefined) this.#join(range, tick);
    const after = byFrom.get(tick.to + 1);
    if (after !== undefined) {
      byFrom.delete(after.from);
      byTo.delete(after.to);
      this.#join(range, after);
    }
    this.#last = range;
  }

  /** Extends a range by the one behind it. */
  #join(range: TickRange, behind: TickRange): void {
    const { end } = range, { start } = behind;
    if (start - end >= SHORTEST_PAUSE) {
      this.#pauses.push({ start: end, end: start });
    }
    range.to = behind.to;
    range.start = Math.min(range.start, start);
    range.end = Math.max(end, behind.end);
  }

  /** The time that ticks cover, without the pauses between them. */
  get stretches(): Covered[] {
    const pauses = this.#pauses.toSorted((a, b) => a.start - b.start);
    let next = 0;
    return this.sorted.flatMap((range) => {
      const parts: Covered[] = [];
      let { start } = range;
      for (; next < pauses.length && pauses[next]!.end <= range.end; next++) {
        const pause = pauses[next]!;
        parts.push({ start, end: pause.start });
        start = pause.end;
      }
      return [...parts, { start, end: range.end }];
    });
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
