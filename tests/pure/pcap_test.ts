/** Capture files: every packet, of every variant, in every split. */
import { assert, assertEquals } from "@std/assert";
import { linkKindOf, linkTypeName } from "../../src/pcap/link_types.ts";
import { timeSetter } from "../../src/pcap/time_units.ts";
import { Blocks, pcapParts } from "../lib/capture_bytes.ts";
import { bytes } from "../lib/frames.ts";
import { generator } from "../lib/random.ts";
import { readCapture } from "../lib/read_capture.ts";
import {
  expected,
  somePackets,
  somePcap,
  somePcapng,
} from "../lib/some_captures.ts";

const SOME = [somePcap, somePcapng];

Deno.test("every variant, byte order and order of blocks gives the packets that were written, in any split", () => {
  const random = generator(31);
  for (let round = 0; round < 200; round++) {
    for (const make of SOME) {
      const { parts, packets } = make(random);
      const file = bytes(...parts);
      const wanted = {
        packets: packets.map(({ read }) => read),
        damage: undefined,
      };
      assertEquals(readCapture(file), wanted);
      const most = [1, 3, 20, 300][round % 4]!;
      assertEquals(readCapture(file, () => 1 + random(most)), wanted);
    }
  }
});

Deno.test("a simple packet has what its interface keeps of it", () => {
  const blocks = new Blocks(false);
  const data = Uint8Array.of(1, 2, 3, 4, 5);
  const made = { data, wireLength: 900, seconds: 0, nanoseconds: 0 };
  const file = bytes(
    blocks.section(),
    blocks.interface(101, { mostKept: 5 }),
    blocks.simplePacket(made),
  );
  assertEquals(readCapture(file).packets, [
    expected(made, { time: undefined, linkType: 101 }),
  ]);
});

Deno.test("the upper bits of pcap's link type are the length of a checksum", () => {
  const made = somePackets(generator(35), 1);
  for (let words = 0; words < 16; words++) {
    const link = (words << 28 | 0x0400_0000 | 113) >>> 0;
    const { packets } = readCapture(bytes(...pcapParts(made, { link })));
    const more = { linkType: 113, checksumBytes: words * 2 };
    assertEquals(packets, [expected(made[0]!, more)]);
    const unsaid = { link: (words << 28 | 113) >>> 0 };
    const [read] = readCapture(bytes(...pcapParts(made, unsaid))).packets;
    assertEquals([read!.linkType, read!.checksumBytes], [113, 0]);
  }
});

Deno.test("a fraction of more than a second is carried", () => {
  const made = somePackets(generator(40), 4).map((packet, at) => ({
    ...packet,
    seconds: 5,
    nanoseconds: at * 1_500_000_000,
  }));
  const { packets } = readCapture(bytes(...pcapParts(made)));
  assertEquals(
    packets.map(({ time }) => time),
    [[5, 0], [6, 500_000_000], [8, 0], [9, 500_000_000]],
  );
});

Deno.test("the lengths of a pcap before 2.4 are told apart by their sizes", () => {
  const made = somePackets(generator(36), 20);
  for (const isSwapped of [true, false]) {
    const file = pcapParts(made, { version: [2, 3], isSwapped });
    assertEquals(
      readCapture(bytes(...file)).packets,
      made.map((packet) => expected(packet)),
    );
  }
});

Deno.test("times of every resolution and offset are exact, held against bigint", () => {
  const random = generator(37);
  const word = () => [random(0x1_0000_0000), 0, 0xffff_ffff][random(3)]!;
  const taken = { seconds: 0, nanoseconds: 0 };
  for (let resolution = 0; resolution < 256; resolution++) {
    const units = (resolution & 128 ? 2n : 10n) ** BigInt(resolution & 127);
    const offset = [0, -3600, 1_700_000_000][random(3)]!;
    const set = timeSetter(resolution, offset);
    for (let round = 0; round < 200; round++) {
      const high = random(3) === 0 ? word() : random(400_000), low = word();
      const count = BigInt(high) << 32n | BigInt(low);
      const seconds = count / units;
      set(taken, high, low);
      assertEquals(
        taken.nanoseconds,
        Number(count % units * 1_000_000_000n / units),
      );
      // Beyond 2^53 seconds a double has no more than their size.
      if (seconds < 2n ** 52n) {
        assertEquals(taken.seconds, Number(seconds) + offset);
      } else assert(Math.abs(taken.seconds / Number(seconds) - 1) < 1e-6);
    }
  }
});

Deno.test("an interface's offset and resolution count for its packets alone", () => {
  for (const isLittle of [true, false]) {
    const blocks = new Blocks(isLittle);
    const { numbers } = blocks;
    const made = { data: bytes(), wireLength: 0, seconds: 0, nanoseconds: 0 };
    const file = bytes(
      blocks.section(),
      blocks.interface(1, {
        options: [[14, numbers.i64(-5n)], [9, Uint8Array.of(0x80 | 1)]],
      }),
      blocks.interface(1),
      blocks.packet(0, 21n, made),
      blocks.packet(1, 21n, made),
    );
    assertEquals(readCapture(file).packets.map(({ time }) => time), [
      [5, 500_000_000],
      [0, 21_000],
    ]);
  }
});

Deno.test("a link type has a kind or is refused by its name", () => {
  for (const refused of [105, 119, 127, 163]) {
    assertEquals(linkKindOf(refused), undefined);
    assert(linkTypeName(refused).startsWith("IEEE 802.11"));
  }
  for (const number of [0, 1, 9, 12, 14, 50, 101, 108, 113, 228, 229, 276]) {
    assert(linkKindOf(number) !== undefined, `${number}`);
    assert(!linkTypeName(number).includes(`${number}`));
  }
  assertEquals(linkTypeName(65_000), "link type 65000");
});
