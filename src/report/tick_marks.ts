/** Which ticks of a run were read, what they said, and which of them in the current file. */

const BLOCK = 64;

/** What is known of BLOCK ticks. */
interface Block {
  /** The checksum of each tick, which is never 0; 0: it was not read. */
  readonly hashes: Uint32Array;
  /** The file in which ticks were marked last, and which of them: 32 bits each. */
  file: number;
  low: number;
  high: number;
}

/** What is known of a record's number before it is marked. */
export interface Mark {
  /** Its checksum; undefined: it was not read before. */
  readonly hash: number | undefined;
  readonly isInFile: boolean;
}

const NEW: Mark = { hash: undefined, isInFile: false };

/** Checksums by number, in blocks: about seven bytes a tick. */
export class TickMarks {
  readonly #blocks = new Map<number, Block>();

  /**
   * Marks a tick as read in a file; the first checksum of a tick stays.
   *
   * @returns what was known of it before
   */
  mark(seq: number, hash: number, file: number): Mark {
    const number = Math.floor(seq / BLOCK);
    const at = seq - number * BLOCK;
    let block = this.#blocks.get(number);
    if (block === undefined) {
      block = {
        hashes: new Uint32Array(BLOCK),
        file,
        low: 0,
        high: 0,
      };
      this.#blocks.set(number, block);
    }
    if (block.file !== file) block.low = block.high = 0;
    block.file = file;
    const half = at < 32 ? "low" : "high";
    const bit = 1 << (at & 31);
    const isInFile = (block[half] & bit) !== 0;
    block[half] |= bit;
    const known = block.hashes[at]!;
    if (known !== 0) return { hash: known, isInFile };
    block.hashes[at] = hash;
    return NEW;
  }
}
