/** Random frames that are hard to parse. */
import { ethernetFrameOf } from "./crafted.ts";
import { tunnelled } from "./crafted_tunnels.ts";
import { type Bytes, ETHERTYPE, FRAMES } from "./frames.ts";
import type { Random } from "./random.ts";
import { SHORTEST } from "./test_run.ts";

const IP: Record<number, number> = { 4: ETHERTYPE.ipv4, 6: ETHERTYPE.ipv6 };
const TAGS = [ETHERTYPE.vlan, ETHERTYPE.qinq, 0x9100];
const TYPES = [
  ...Object.values(ETHERTYPE),
  ...[0x9100, 0x8848, 0, 46, 1500, 0xffff],
];
/** The parser decides by these first bytes. */
const HEADERS = 80;
const FILL = 0xee;

/** Makes one random frame after the other in one buffer. */
export class Fuzzer {
  /** Where the frame is: its first `length` bytes. */
  readonly buffer: Bytes;
  length = 0;
  /** Bytes in the linear part, if the kernel can split frames. */
  linear = 0;
  /** The longest header that was written. */
  #written = 0;
  readonly #isLayer3: boolean;

  constructor(longest: number, isLayer3: boolean) {
    this.buffer = new Uint8Array(longest).fill(FILL);
    this.#isLayer3 = isLayer3;
  }

  get frame(): Bytes {
    return this.buffer.subarray(0, this.length);
  }

  /** Makes the next frame. */
  next(random: Random): void {
    this.buffer.fill(FILL, 0, this.#written);
    const kind = random(4);
    if (kind === 0) this.#craft(random);
    else if (kind === 1) this.#compose(random);
    else this.#tunnel(random);
    this.#written = Math.max(this.length, HEADERS);
    for (let changes = Math.max(random(7) - 3, 0); changes > 0; changes--) {
      const at = random(Math.min(this.length, this.#written));
      this.buffer[at] = random(2) === 0
        ? random(256)
        : this.buffer[at]! ^ 1 << random(8);
    }
    this.#cut(random);
  }

  /** One of FRAMES. */
  #craft(random: Random): void {
    const { frame } = FRAMES[random(FRAMES.length)]!;
    const packet = this.#isLayer3 ? frame.subarray(14) : frame;
    this.buffer.set(packet);
    this.length = Math.max(packet.length, SHORTEST);
  }

  /** Layers that fit together, in up to three tunnels. */
  #tunnel(random: Random): void {
    const packet = tunnelled(random, random(4));
    const { bytes } = this.#isLayer3 ? packet : ethernetFrameOf(random, packet);
    const taken = bytes.subarray(0, this.buffer.length);
    this.buffer.set(taken);
    this.length = Math.max(taken.length, SHORTEST);
  }

  /** Any number of tags, then a header that may not match their EtherType. */
  #compose(random: Random): void {
    const { buffer } = this;
    for (let at = 0; at < HEADERS; at++) buffer[at] = random(256);
    const version = random(2) * 2 + 4;
    let at = this.#isLayer3 ? 0 : 12;
    const put = (type: number) => {
      buffer[at++] = type >> 8;
      buffer[at++] = type & 0xff;
    };
    if (!this.#isLayer3) {
      for (let tags = Math.max(random(7) - 1, 0); tags > 0; tags--) {
        put(TAGS[random(TAGS.length)]!);
        at += 2;
      }
      put(random(3) === 0 ? TYPES[random(TYPES.length)]! : IP[version]!);
    }
    const claimed = random(8) === 0 ? random(16) : version;
    buffer[at] = claimed << 4 | (random(4) === 0 ? random(16) : 5);
    // Few sources, so that they repeat.
    const source = at + (version === 4 ? 12 : 8);
    const size = version === 4 ? 4 : 16;
    if (random(4) > 0) buffer.fill(random(64), source, source + size);
    this.length = HEADERS;
  }

  /** Ends the frame within its headers, soon after them, or far after them. */
  #cut(random: Random): void {
    const bound = random(100) === 0
      ? this.buffer.length
      : [this.length, this.#written, 2000][random(3)]!;
    if (random(3) > 0) {
      this.length = SHORTEST + random(Math.max(bound - SHORTEST, 0) + 1);
    }
    // A frame of the greatest length has no room for another fragment.
    this.linear = random(4) === 0 && this.length < this.buffer.length / 2
      ? Math.min(SHORTEST + random(this.#written), this.length)
      : 0;
  }
}
