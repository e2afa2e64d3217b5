/** A capture by its name: opens it, also a second time. */
import type { Problems } from "../../report/problems.ts";
import { STDIN } from "./capture_files.ts";
import type { CaptureReading } from "./capture_reading.ts";

/** A file, or standard input. What is appended after the first reading is not read. */
export class NamedCapture {
  readonly name: string;
  /** Whether it can be read again. */
  isRegular = false;
  /** Whether anything could be read of it, or its end. */
  isOpened = false;
  #bytes: number | undefined;

  constructor(name: string) {
    this.name = name;
  }

  /**
   * @param onRead called with the number of bytes of each read, before decompression
   * @throws {Error} it cannot be opened or read; the lines before that were taken
   */
  readInto(
    reading: CaptureReading,
    problems: Problems,
    onRead: (bytes: number) => void,
  ): void {
    if (this.name === STDIN) {
      return this.#read(Deno.stdin, reading, problems, onRead);
    }
    using file = Deno.openSync(this.name);
    this.isRegular = file.statSync().isFile;
    this.#read(file, reading, problems, onRead);
  }

  #read(
    file: { readSync(into: Uint8Array): number | null },
    reading: CaptureReading,
    problems: Problems,
    onRead: (bytes: number) => void,
  ): void {
    let bytes = 0;
    const readSync = (into: Uint8Array) => {
      const length = file.readSync(into);
      this.isOpened = true;
      bytes += length ?? 0;
      onRead(length ?? 0);
      return length;
    };
    const most = this.#bytes ?? Infinity;
    try {
      reading.read(this.name, { readSync }, problems, most);
    } finally {
      this.#bytes ??= bytes;
    }
  }
}
