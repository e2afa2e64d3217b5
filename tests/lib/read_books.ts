/** The books that the program's should equal: what the witness reads of each frame. */
import type { Counted } from "./program.ts";
import { type Narrowing, read } from "./reading.ts";

/**
 * @example
 * const books = new ReadBooks();
 * books.add(frame);
 * assertEquals(books.differences(program.take()), []);
 */
export class ReadBooks {
  readonly #classes = new Map<string, [packets: number, bytes: number]>();
  readonly #narrowing: Narrowing;
  readonly #isLayer3: boolean;

  constructor(narrowing: Narrowing = {}, isLayer3 = false) {
    this.#narrowing = narrowing;
    this.#isLayer3 = isLayer3;
  }

  add(frame: Uint8Array): void {
    const reading = read(frame, this.#isLayer3, this.#narrowing);
    this.#count("total", frame.length);
    const { class: name } = reading;
    const key = "key" in reading ? `${name} ${reading.key}` : name;
    this.#count(key, frame.length);
    if ("why" in reading) this.#count(`malformed ${reading.why}`, 0);
  }

  #count(key: string, bytes: number): void {
    const tally = this.#classes.get(key);
    if (tally === undefined) {
      this.#classes.set(key, [1, bytes]);
    } else {
      tally[0]++;
      tally[1] += bytes;
    }
  }

  /** What the program counted differently; empty if nothing. */
  differences(counted: Counted): string[] {
    const { sources, causes, types: _, ...classes } = counted;
    const theirs = new Map<string, readonly [number, number]>([
      ...Object.entries(classes).filter(([, [packets]]) => packets > 0),
      ...Object.entries(causes).filter(([, packets]) => packets > 0)
        .map(([why, packets]) => [`malformed ${why}`, [packets, 0]] as const),
      ...sources.map(({ family, key, packets, bytes }) =>
        [`${family} ${key}`, [packets, bytes]] as const
      ),
    ]);
    const keys = new Set([...this.#classes.keys(), ...theirs.keys()]);
    return [...keys].flatMap((key) => {
      const [read, ran] = [this.#classes.get(key), theirs.get(key)];
      return String(read) === String(ran)
        ? []
        : [`${key}: the reading ${read}, the program ${ran}`];
    });
  }
}
