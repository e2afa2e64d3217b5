/** Capture files that are damaged: what came before is read, and the damage named. */
import { assert, assertEquals } from "@std/assert";
import { CaptureReader } from "../../src/pcap/capture_reader.ts";
import { Blocks, pcapParts } from "../lib/capture_bytes.ts";
import { bytes } from "../lib/frames.ts";
import { generator } from "../lib/random.ts";
import { readCapture } from "../lib/read_capture.ts";
import { somePackets, somePcap, somePcapng } from "../lib/some_captures.ts";

const SOME = [somePcap, somePcapng];

Deno.test("a file that is cut anywhere gives the whole packets before that, and says that it ends early", () => {
  const random = generator(32);
  for (let round = 0; round < 4; round++) {
    for (const make of SOME) {
      const { parts, packets } = make(random);
      const file = bytes(...parts);
      const ends = new Set<number>();
      let end = 0;
      for (const part of parts) ends.add(end += part.length);
      for (let cut = 0; cut < file.length; cut++) {
        const read = readCapture(file.subarray(0, cut));
        assertEquals(
          read.packets,
          packets.filter(({ at }) => at <= cut).map(({ read }) => read),
        );
        if (ends.has(cut)) assertEquals(read.damage, undefined);
        else {
          assert(read.damage !== undefined, `${cut}`);
          assertEquals(
            read.damage.at,
            cut < 4 ? 0 : Math.max(0, ...[...ends].filter((at) => at <= cut)),
          );
          const why = cut === 0
            ? /^it is empty$/
            : cut < 4
            ? /^it is neither pcap nor pcapng$/
            : /^the file ends in (its header|the middle of a (packet|block))$/;
          assert(why.test(read.damage.why), read.damage.why);
        }
      }
    }
  }
});

Deno.test("a byte that is changed leaves the packets before it as they are, whatever it makes of the rest", () => {
  const random = generator(33);
  for (let round = 0; round < 3; round++) {
    for (const make of SOME) {
      const { parts, packets } = make(random);
      const file = bytes(...parts);
      for (let at = 0; at < file.length; at++) {
        const bent = file.slice();
        bent[at]! ^= 1 + random(255);
        const read = readCapture(bent);
        const before = packets.filter((packet) => packet.at <= at);
        assertEquals(
          read.packets.slice(0, before.length),
          before.map(({ read }) => read),
        );
        assert(read.damage === undefined || read.damage.at <= file.length);
        for (const { time } of read.packets) {
          if (time === undefined) continue;
          assert(Number.isInteger(time[0]), `${time}`);
          assert(time[1] >= 0 && time[1] < 1e9 && Number.isInteger(time[1]));
        }
        // The same in any split: nothing depends on what was read already.
        assertEquals(readCapture(bent, () => 1 + random(50)), read);
      }
    }
  }
});

Deno.test("what is no capture says so, and random bytes never give a packet", () => {
  const random = generator(34);
  const why = "it is neither pcap nor pcapng";
  for (let length = 1; length < 200; length++) {
    const file = Uint8Array.from({ length }, () => random(256));
    assertEquals(readCapture(file), { packets: [], damage: { at: 0, why } });
  }
  assertEquals(readCapture(new Uint8Array(0)), {
    packets: [],
    damage: { at: 0, why: "it is empty" },
  });
});

/** The damage in a file whose only other packet is before it. */
function damageIn(...parts: Uint8Array[]): string | undefined {
  return readCapture(bytes(...parts)).damage?.why;
}

Deno.test("lengths that cannot be are named", () => {
  const one = {
    data: Uint8Array.of(1),
    wireLength: 1,
    seconds: 0,
    nanoseconds: 0,
  };
  for (const isLittle of [true, false]) {
    const blocks = new Blocks(isLittle);
    const { numbers } = blocks;
    const [header, packet] = pcapParts([one], { isLittle });
    assertEquals(
      damageIn(header!, packet!, numbers.u32(1, 2, 3_000_000_000, 4)),
      "a packet of 3000000000 bytes",
    );
    assertEquals(
      damageIn(header!, packet!, header!),
      "another file begins here",
    );
    assertEquals(
      damageIn(...pcapParts([one], { isLittle, version: [3, 0] })),
      "pcap of version 3.0",
    );
    assertEquals(damageIn(blocks.section(2, 1)), "pcapng of version 2.1");
    const start = [blocks.section(), blocks.interface(1)];
    for (const length of [0, 8, 13, 14, 15, 16_777_220, 0xffff_fffc]) {
      assertEquals(
        damageIn(...start, numbers.u32(6, length, 0)),
        `a block of ${length} bytes`,
      );
    }
    assertEquals(
      damageIn(...start, numbers.u32(5, 16, 0, 20)),
      "a block of 16 bytes at its start and 20 at its end",
    );
    assertEquals(
      damageIn(...start, blocks.packet(1, 0n, one)),
      "a packet of interface 1, which the section does not describe",
    );
    assertEquals(
      damageIn(...start, blocks.section(), blocks.packet(0, 0n, one)),
      "a packet of interface 0, which the section does not describe",
    );
    const long = new Uint8Array(262_145);
    assertEquals(
      damageIn(...start, blocks.packet(0, 0n, { ...one, data: long })),
      "a packet of 262145 bytes",
    );
    assertEquals(
      damageIn(...start, blocks.block(6, numbers.u32(0, 0, 0, 9, 9), [1])),
      "a packet of 9 bytes in a block that has room for 4",
    );
    assertEquals(
      damageIn(...start, blocks.simplePacket({ ...one, wireLength: 5 })),
      "a packet of 5 bytes in a block that has room for 4",
    );
    // The longest packet of all is read, also byte by byte.
    const longest = { ...one, data: long.subarray(1) };
    for (
      const file of [pcapParts([longest], { isLittle }), [
        ...start,
        blocks.packet(0, 0n, longest),
      ]]
    ) {
      const { packets, damage } = readCapture(bytes(...file), () => 1021);
      assertEquals([packets.length, damage], [1, undefined]);
    }
  }
});

Deno.test("what gunzip says ends the file behind the packets before it", () => {
  const [header, ...records] = pcapParts(somePackets(generator(38), 3));
  const reader = new CaptureReader();
  reader.add(bytes(header!, ...records).subarray(0, -1));
  let packets = 0;
  while (reader.next()) packets++;
  reader.breakOff({ at: 7, why: "damaged gzip" });
  reader.end();
  assertEquals(packets, 2);
  assertEquals(reader.damage, { at: 7, why: "damaged gzip" });
});

Deno.test("damage far behind the start has its offset, however the file is split", () => {
  const random = generator(39);
  const [header, ...records] = pcapParts(somePackets(random, 5000));
  const file = bytes(header!, ...records);
  const bad = bytes(file, Array(16).fill(0xff));
  assert(file.length > 200_000);
  for (const most of [100, 5000, 100_000, bad.length]) {
    const { packets, damage } = readCapture(bad, () => 1 + random(most));
    assertEquals(packets.length, records.length);
    assertEquals(damage, {
      at: file.length,
      why: "a packet of 4294967295 bytes",
    });
  }
});

Deno.test("the first damage is the one that is told", () => {
  const reader = new CaptureReader();
  reader.add(bytes(Array(8).fill(1)));
  assert(!reader.next());
  const { damage } = reader;
  reader.breakOff({ at: 7, why: "damaged gzip" });
  reader.end();
  assertEquals(reader.damage, damage);
  assertEquals(damage?.why, "it is neither pcap nor pcapng");
});

Deno.test("a length on the wire that no packet has is damage, and one below what is there is not believed", () => {
  const file = (kept: number, wire: number) => {
    const bytes = new Uint8Array(24 + 16 + kept);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, 0xa1b2c3d4, true);
    view.setUint16(4, 2, true);
    view.setUint16(6, 4, true);
    view.setUint32(20, 1, true);
    view.setUint32(24 + 8, kept, true);
    view.setUint32(24 + 12, wire, true);
    return bytes;
  };
  for (const wire of [2 ** 20 + 1, 2 ** 31, 2 ** 32 - 1]) {
    const { packets, damage } = readCapture(file(60, wire));
    assertEquals(packets.length, 0);
    assertEquals(damage?.why, `a packet that had ${wire} bytes`);
  }
  for (
    const [wire, expected] of [[2 ** 20, 2 ** 20], [60, 60], [0, 60], [10, 60]]
  ) {
    const { packets: [packet], damage } = readCapture(file(60, wire!));
    assertEquals(damage, undefined);
    assertEquals(packet!.wireLength, expected);
  }
});
