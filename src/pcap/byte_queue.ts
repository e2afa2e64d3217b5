/** Keeps the bytes of a file that were read and not used yet, without gaps. */

/** It grows with the parts and packets of the file. */
const INITIAL_SIZE = 1 << 16;

/** The bytes between `at` and `end` of `bytes` are the next of the file. */
export class ByteQueue {
  bytes = new Uint8Array(INITIAL_SIZE);
  view = new DataView(this.bytes.buffer);
  at = 0;
  end = 0;
  /** Offset of `bytes[0]` in the file. */
  #base = 0;

  /** Offset in the file of the next byte. */
  get offset(): number {
    return this.#base + this.at;
  }

  /** Appends a copy of `part`. Bytes that were used are gone. */
  add(part: Uint8Array): void {
    if (this.end + part.length > this.bytes.length) this.#makeRoom(part.length);
    this.bytes.set(part, this.end);
    this.end += part.length;
  }

  #makeRoom(length: number): void {
    const kept = this.end - this.at;
    let size = this.bytes.length;
    // Half of it must get free, or small parts would each move all the rest.
    while (kept + length > size || kept > size / 2) size *= 2;
    if (size === this.bytes.length) {
      this.bytes.copyWithin(0, this.at, this.end);
    } else {
      const larger = new Uint8Array(size);
      larger.set(this.bytes.subarray(this.at, this.end));
      this.bytes = larger;
      this.view = new DataView(larger.buffer);
    }
    this.#base += this.at;
    this.at = 0;
    this.end = kept;
  }
}
