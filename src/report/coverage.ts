/** What a report says of how far its numbers can be trusted. */

/** A stretch of time that no capture of an interface covers, in ms since 1970. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** The captures of one interface of one host. */
export interface Stream {
  readonly host: string;
  readonly interface: string;
  readonly number: number;
  captures: number;
  /** Milliseconds that are covered. */
  covered: number;
  first: number;
  last: number;
  gaps: number;
  longestGap: Gap | undefined;
}

/** A run that is not whole, and why. */
export interface Incomplete {
  readonly host: string;
  readonly interface: string;
  readonly run: string;
  readonly start: number;
  readonly why: string;
}

/** Follows runs from start to end, and interfaces from run to run. */
export class Coverage {
  readonly #streams = new Map<string, Stream>();
  /** Runs whose end record has not come. */
  readonly #open = new Map<string, Incomplete>();
  readonly incomplete: Incomplete[] = [];

  /** The stream of a host's interface, made when it is new. */
  stream(host: string, name: string): Stream {
    const key = `${host}\n${name}`;
    let stream = this.#streams.get(key);
    if (stream === undefined) {
      stream = {
        host,
        interface: name,
        number: this.#streams.size,
        captures: 0,
        covered: 0,
        first: Infinity,
        last: -Infinity,
        gaps: 0,
        longestGap: undefined,
      };
      this.#streams.set(key, stream);
    }
    return stream;
  }

  get streams(): Stream[] {
    return [...this.#streams.values()];
  }

  startRun(stream: Stream, run: string, start: number): void {
    const { host, interface: name } = stream;
    stream.captures++;
    this.#open.set(key(stream, run), {
      host,
      interface: name,
      run,
      start,
      why: "it has no end record: killed, or still running",
    });
  }

  /** A window was counted: what lies between it and the one before is a gap. */
  window(stream: Stream, start: number, end: number): void {
    stream.covered += end - start;
    stream.first = Math.min(stream.first, start);
    // Clocks are read in whole milliseconds; windows of a run touch.
    if (start > stream.last + 1000 && stream.last > -Infinity) {
      const gap = { from: stream.last, to: start };
      stream.gaps++;
      const longest = stream.longestGap;
      if (
        longest === undefined || gap.to - gap.from > longest.to - longest.from
      ) {
        stream.longestGap = gap;
      }
    }
    stream.last = Math.max(stream.last, end);
  }

  endRun(
    stream: Stream,
    run: string,
    start: number,
    why: readonly string[],
  ): void {
    this.#open.delete(key(stream, run));
    if (why.length === 0) return;
    const { host, interface: name } = stream;
    this.incomplete.push({
      host,
      interface: name,
      run,
      start,
      why: why.join(", "),
    });
  }

  /** To be called once, after the last record. */
  finish(): void {
    this.incomplete.push(...this.#open.values());
    this.#open.clear();
    this.incomplete.sort((a, b) => a.start - b.start);
  }
}

function key(stream: Stream, run: string): string {
  return `${stream.number}\n${run}`;
}
