/** How far a report can be trusted: gaps between captures, and runs that are incomplete. */

/** A stretch of time that no capture of an interface covers, in ms since 1970. */
interface Gap {
  readonly from: number;
  readonly to: number;
}

/** One interface of one host, and how much of the time its captures cover. */
export interface CoveredInterface {
  readonly host: string;
  /** `eth0`, or `eth0 out`: each direction has ticks of its own. */
  readonly interface: string;
  /** Numbered from 0 in the order in which they are met. */
  readonly number: number;
  captures: number;
  /** Milliseconds covered by ticks. */
  covered: number;
  /** Start of the first tick and end of the last, in ms since 1970. */
  first: number;
  last: number;
  gaps: number;
  longestGap: Gap | undefined;
}

/** A run whose numbers are incomplete, and why. */
export interface IncompleteRun {
  readonly host: string;
  readonly interface: string;
  readonly run: string;
  /** Milliseconds since 1970. */
  readonly start: number;
  /** A sentence without a full stop. */
  readonly why: string;
}

/** Follows each run from its start to its end record, and each interface from run to run. */
export class Coverage {
  readonly #interfaces = new Map<string, CoveredInterface>();
  /** Runs whose end record has not come yet. */
  readonly #open = new Map<string, IncompleteRun>();
  readonly incomplete: IncompleteRun[] = [];

  /** Returns the entry of a host's interface; creates it when it is new. */
  interfaceOf(host: string, name: string): CoveredInterface {
    const key = `${host}\n${name}`;
    let found = this.#interfaces.get(key);
    if (found === undefined) {
      found = {
        host,
        interface: name,
        number: this.#interfaces.size,
        captures: 0,
        covered: 0,
        first: Infinity,
        last: -Infinity,
        gaps: 0,
        longestGap: undefined,
      };
      this.#interfaces.set(key, found);
    }
    return found;
  }

  get interfaces(): CoveredInterface[] {
    return [...this.#interfaces.values()];
  }

  /** Takes a start record. `start` is in ms since 1970. */
  startRun(covered: CoveredInterface, run: string, start: number): void {
    const { host, interface: name } = covered;
    covered.captures++;
    this.#open.set(runKey(covered, run), {
      host,
      interface: name,
      run,
      start,
      why: "it has no end record: killed, or still running",
    });
  }

  /** Takes a tick. The time between it and the tick before is a gap, if there is any. */
  addTick(covered: CoveredInterface, start: number, end: number): void {
    covered.covered += end - start;
    covered.first = Math.min(covered.first, start);
    // Ticks of a run follow each other directly; times are rounded to 1 ms.
    if (start > covered.last + 1000 && covered.last > -Infinity) {
      const gap = { from: covered.last, to: start };
      covered.gaps++;
      const longest = covered.longestGap;
      if (
        longest === undefined || gap.to - gap.from > longest.to - longest.from
      ) {
        covered.longestGap = gap;
      }
    }
    covered.last = Math.max(covered.last, end);
  }

  /** Takes an end record. `why` lists what is wrong with the run; empty: nothing is. */
  endRun(
    covered: CoveredInterface,
    run: string,
    start: number,
    why: readonly string[],
  ): void {
    this.#open.delete(runKey(covered, run));
    if (why.length === 0) return;
    const { host, interface: name } = covered;
    this.incomplete.push({
      host,
      interface: name,
      run,
      start,
      why: why.join(", "),
    });
  }

  /** Call once, after the last record: runs without an end record are incomplete. */
  finish(): void {
    this.incomplete.push(...this.#open.values());
    this.#open.clear();
    this.incomplete.sort((a, b) => a.start - b.start);
  }
}

function runKey({ number }: CoveredInterface, run: string): string {
  return `${number}\n${run}`;
}
