/** What is wrong with the lines and files that a report reads, and where. */
import { visible } from "../basics/visible.ts";
import type { Novelty } from "./runs.ts";

/** Problems of one kind: how many, and where the first ones are. */
export interface Named {
  readonly count: number;
  /** `file:line: why`, as it may be shown. */
  readonly examples: readonly string[];
}

class NamedProblems implements Named {
  static readonly #MOST_NAMED = 20;
  count = 0;
  readonly examples: string[] = [];

  add(example: string): void {
    this.count++;
    if (this.examples.length < NamedProblems.#MOST_NAMED) {
      this.examples.push(visible(example));
    }
  }

  addAll({ count, examples }: Named): void {
    for (const example of examples) this.add(example);
    this.count += count - examples.length;
  }
}

/** Records of a file that other files have, too. */
interface Copies {
  /** As it may be shown. */
  readonly file: string;
  readonly count: number;
}

/** Gathers the problems of all files, in the order in which they are read. */
export class Problems {
  /** Lines that are not records, and data that cannot be decompressed. */
  readonly broken = new NamedProblems();
  /** Records that differ from the one that counts in their place. */
  readonly conflicts = new NamedProblems();
  /** Records that a file has twice. */
  readonly doubled = new NamedProblems();
  readonly copies: Copies[] = [];
  /** Files without a record, and what they seem to be. */
  readonly unusable: string[] = [];
  /** Files and folders that could not be read, or not to their end, and why. */
  readonly unread: string[] = [];

  /** A file or folder that could not be read, or not to its end. */
  addUnread(file: string, why: string): void {
    this.unread.push(visible(`${file}: ${why}`));
  }

  /** Whether something was not counted, or cannot be relied on. Copies are harmless. */
  get isIncomplete(): boolean {
    return this.broken.count + this.conflicts.count + this.doubled.count +
        this.unusable.length + this.unread.length > 0;
  }
}

/** Gathers the problems of one file. */
export class FileProblems {
  readonly #file: string;
  readonly #broken = new NamedProblems();
  readonly #all: Problems;
  #copies = 0;
  #records = 0;

  constructor(file: string, all: Problems) {
    this.#file = file;
    this.#all = all;
  }

  get hasRecords(): boolean {
    return this.#records > 0;
  }

  /** A line that is not a record. */
  addBroken(line: number, why: string): void {
    this.#broken.add(`${this.#file}:${line}: ${why}`);
  }

  /** A record; `what` names it if it does not count. */
  addRecord(
    line: number,
    novelty: Novelty,
    what: () => string,
  ): void {
    this.#records++;
    if (novelty === "new" || novelty === "outside") return;
    if (novelty === "copy") this.#copies++;
    else {
      const problems = novelty === "doubled"
        ? this.#all.doubled
        : this.#all.conflicts;
      problems.add(`${this.#file}:${line}: ${what()}`);
    }
  }

  /**
   * Call at the end of the file.
   *
   * @param kind what a file without any record seems to be; undefined: a capture
   */
  end(kind: string | undefined): void {
    if (!this.hasRecords && kind !== undefined) {
      this.#all.unusable.push(visible(`${this.#file}: ${kind}`));
      return;
    }
    this.#all.broken.addAll(this.#broken);
    if (this.#copies > 0) {
      const file = visible(this.#file);
      this.#all.copies.push({ file, count: this.#copies });
    }
  }
}
