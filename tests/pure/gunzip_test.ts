/** Compressed captures: all that zlib can read of them, and where the damage is. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  constants,
  deflateRawSync,
  gunzipSync,
  gzipSync,
  inflateRawSync,
} from "node:zlib";
import { type Damage, gunzip } from "../../src/formats/gunzip.ts";
import { gzipMember } from "../../src/formats/gzip_member.ts";
import { BitReader, type ReadInto } from "../../src/formats/bit_reader.ts";
import { Inflater } from "../../src/formats/inflate.ts";
import { generator, type Random } from "../lib/random.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const GARBAGE = encode("garbage\n");

function joined(...parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Gives bytes in pieces of at most `most`. */
function reading(bytes: Uint8Array, most = 1 << 20): ReadInto {
  let at = 0;
  return (into) => {
    if (at === bytes.length) return null;
    const part = bytes.subarray(at, at + Math.min(most, into.length));
    into.set(part);
    at += part.length;
    return part.length;
  };
}

function decompressed(bytes: Uint8Array, most?: number) {
  const parts: Uint8Array[] = [];
  const damages: Damage[] = [];
  for (const part of gunzip(reading(bytes, most))) {
    if (part instanceof Uint8Array) parts.push(part.slice());
    else damages.push(part);
  }
  return { data: joined(...parts), damages };
}

/** Texts that compress well, not at all, and far back. */
function someData(random: Random): Uint8Array {
  const length = random(4) === 0 ? random(200_000) : random(3000);
  const letters = 1 + random(256);
  const data = Uint8Array.from({ length }, () => random(letters));
  for (let copies = random(20); copies > 0 && length > 10; copies--) {
    const [from, to] = [random(length), random(length)];
    data.copyWithin(to, from, from + random(length));
  }
  return data;
}

Deno.test("gunzip: what zlib compresses at any level, in however small pieces it is read", () => {
  const random = generator(21);
  for (let round = 0; round < 60; round++) {
    const data = someData(random);
    const strategy = [
      constants.Z_DEFAULT_STRATEGY,
      constants.Z_FIXED,
      constants.Z_HUFFMAN_ONLY,
      constants.Z_RLE,
    ][random(4)]!;
    const level = random(10);
    const more = someData(random);
    const bytes = joined(gzipSync(data, { level, strategy }), gzipMember(more));
    const most = [1, 7, 4096, 1 << 20][random(4)]!;
    assertEquals(
      decompressed(bytes, most),
      { data: joined(data, more), damages: [] },
    );
  }
});

Deno.test("a member that is cut anywhere, or has a bit flipped: all that zlib gives, and the damage is named", () => {
  const random = generator(22);
  const data = encode(
    Array.from({ length: 60 }, (_, at) => `{"seq":${at},"n":${random(999)}}\n`)
      .join(""),
  );
  const member = gzipMember(data);
  const deflated = member.subarray(20, -8);
  for (let cut = 1; cut < member.length; cut++) {
    const { data: part, damages } = decompressed(member.subarray(0, cut));
    const least = inflateRawSync(deflated.subarray(0, Math.max(0, cut - 20)), {
      finishFlush: constants.Z_SYNC_FLUSH,
    });
    assertEquals(part, data.subarray(0, part.length));
    assert(part.length >= least.length, `${cut}`);
    assertEquals(damages, [
      { at: cut, why: "the file ends in the middle of a record", skipped: 0 },
    ]);
  }
  for (let bit = 0; bit < member.length * 8; bit++) {
    const bent = member.slice();
    bent[bit >>> 3]! ^= 1 << (bit & 7);
    const behind = joined(bent, gzipMember(GARBAGE));
    const { data: part, damages } = decompressed(behind);
    if (damages.length === 0) {
      // Only in what no reader looks at: time, system, the extra field.
      assertEquals(new Uint8Array(gunzipSync(bent)), data);
      assertEquals(part, joined(data, GARBAGE));
      continue;
    }
    // The member behind the damage is always found.
    assertEquals(part.subarray(-GARBAGE.length), GARBAGE, `${bit}`);
    assertThrowsOf(() => gunzipSync(bent));
    assert(damages[0]!.at <= behind.length);
  }
});

function assertThrowsOf(run: () => void): void {
  try {
    run();
  } catch {
    return;
  }
  throw new Error("zlib found no damage");
}

Deno.test("garbage between members is skipped, and its bytes are named", () => {
  const random = generator(23);
  for (let round = 0; round < 50; round++) {
    const data = someData(random);
    const more = encode("more\n");
    const garbage = Uint8Array.from(
      { length: 1 + random(300) },
      () => random(2) === 0 ? 0x1f : random(256),
    );
    if (garbage[0] === 0x1f && garbage[1] === 0x8b) continue;
    if (garbage.every((byte) => byte === 0)) continue; // padding
    const first = [
      gzipMember(data),
      new Uint8Array(gzipSync(data)),
    ][random(2)]!;
    const bytes = joined(first, garbage, gzipMember(more), garbage);
    const found = decompressed(bytes, [1, 50, 1 << 20][random(3)]);
    assertEquals(found.data, joined(data, more));
    assertEquals(
      found.damages.map(({ at, skipped }) => [at, skipped]),
      [
        [first.length, garbage.length],
        [bytes.length - garbage.length, garbage.length],
      ],
    );
    assertStringIncludes(found.damages[0]!.why, "no gzip begins here");
  }
});

Deno.test("zeros behind the last member are padding; between members, and in front, they are damage", () => {
  const random = generator(25);
  for (const count of [1, 2, 511, 4096, 3_000_000]) {
    const data = someData(random);
    const first = [
      gzipMember(data),
      new Uint8Array(gzipSync(data)),
    ][random(2)]!;
    const zeros = new Uint8Array(count);
    const most = count > 5000 ? 1 << 20 : [1, 50, 1 << 20][random(3)];
    assertEquals(
      decompressed(joined(first, zeros), most),
      { data, damages: [] },
    );
    const more = encode("more\n");
    const between = joined(first, zeros, gzipMember(more), zeros);
    const found = decompressed(between, most);
    assertEquals(found.data, joined(data, more));
    assertEquals(
      found.damages.map(({ at, skipped }) => [at, skipped]),
      [[first.length, count]],
    );
    const behind = decompressed(joined(first, zeros, GARBAGE), most);
    assertEquals(behind.damages.map(({ at }) => at), [first.length]);
  }
});

Deno.test("random bytes never end the program, and what zlib refuses is refused", () => {
  const random = generator(24);
  const header = gzipSync(new Uint8Array()).subarray(0, 10);
  let agreed = 0;
  for (let round = 0; round < 600; round++) {
    const bytes = Uint8Array.from({ length: random(60) }, () => random(256));
    decompressed(joined(header, bytes));
    let expected: Uint8Array | undefined;
    try {
      expected = new Uint8Array(inflateRawSync(bytes));
    } catch {
      // zlib refuses it
    }
    const input = new BitReader(reading(bytes));
    let found: Uint8Array | undefined;
    try {
      const parts = Array.from(
        new Inflater(input).stream(),
        (part) => part.slice(),
      );
      found = joined(...parts);
    } catch {
      // so must this
    }
    assertEquals(found, expected, bytes.join());
    if (expected !== undefined) agreed++;
  }
  assert(agreed > 2, `${agreed}`);
  assert(deflateRawSync(new Uint8Array(9)).length > 0);
});
