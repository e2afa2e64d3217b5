/** The helpers of src/basics that several folders share. */
import { assert, assertEquals } from "@std/assert";
import { generator } from "../lib/random.ts";
import { csvField, csvFields } from "../../src/basics/csv_field.ts";
import { exactInteger } from "../../src/basics/exact_integer.ts";
import { grown } from "../../src/basics/growing_array.ts";
import { isoSeconds } from "../../src/basics/iso_time.ts";
import { plural } from "../../src/basics/plural.ts";
import { masked, prefixMask } from "../../src/basics/prefix.ts";
import { reasonOf } from "../../src/basics/reason.ts";
import { hashBytes, hashWords } from "../../src/basics/seeded_hash.ts";

Deno.test("csvField quotes what RFC 4180 requires, and nothing else", () => {
  assertEquals(csvField("2001:db8::1"), "2001:db8::1");
  assertEquals(csvField(""), "");
  assertEquals(csvField("a,b"), '"a,b"');
  assertEquals(csvField('a"b'), '"a""b"');
  assertEquals(csvField("a\r\nb"), '"a\r\nb"');
});

Deno.test("what csvField writes is no formula, and csvFields reads it back", () => {
  const random = generator(7);
  const CHARACTERS = "=+-@\t\r\n'\",;a1é\u202e ";
  for (let round = 0; round < 20_000; round++) {
    const texts = Array.from(
      { length: 1 + random(4) },
      () =>
        Array.from(
          { length: random(5) },
          () => CHARACTERS[random(CHARACTERS.length)],
        ).join(""),
    );
    const record = texts.map(csvField).join();
    assertEquals(csvFields(`${record}\r`), texts, record);
    for (const text of texts) {
      assertEquals(/^"?[=+\-@\t\r]/.test(csvField(text)), false, text);
    }
  }
  for (const line of ['"a', 'a"b', '"a"b', 'a,"b', '"a""']) {
    assertEquals(csvFields(line), undefined, line);
  }
});

Deno.test("exactInteger writes digits from 2^53 on", () => {
  assertEquals(exactInteger(7), 7);
  assertEquals(exactInteger(2n ** 53n - 1n), 2 ** 53 - 1);
  assertEquals(exactInteger(2n ** 53n), "9007199254740992");
});

Deno.test("grown keeps the elements and the type, and doubles or takes more", () => {
  const bytes = grown(Uint8Array.of(1, 2));
  assertEquals(bytes, Uint8Array.of(1, 2, 0, 0));
  assertEquals(grown(Float64Array.of(0.5), 3), Float64Array.of(0.5, 0, 0));
  assertEquals(grown(Uint32Array.of(5, 6), 3), Uint32Array.of(5, 6, 0, 0));
});

Deno.test("grown leaves the old array usable", () => {
  const old = Float32Array.of(1.5);
  grown(old);
  assertEquals(old, Float32Array.of(1.5));
});

Deno.test("isoSeconds drops the milliseconds", () => {
  const time = new Date("2026-11-22T14:30:01.999Z");
  assertEquals(isoSeconds(time), "2026-11-22T14:30:01Z");
});

Deno.test("plural has one form for 1 and another for all else", () => {
  assertEquals(plural(0, "tick"), "0 ticks");
  assertEquals(plural(1, "tick"), "1 tick");
  assertEquals(plural(1n, "packet"), "1 packet");
  assertEquals(plural(2n ** 64n, "packet"), "18446744073709551616 packets");
  const grouped = (count: number) => count.toLocaleString("en");
  assertEquals(plural(1234, "source", grouped), "1,234 sources");
});

Deno.test("prefixes: masks and masked addresses", () => {
  assertEquals(prefixMask(4, 0), Uint8Array.of(0, 0, 0, 0));
  assertEquals(prefixMask(4, 20), Uint8Array.of(255, 255, 240, 0));
  assertEquals(prefixMask(4, 32), Uint8Array.of(255, 255, 255, 255));
  assertEquals(prefixMask(16, 33).toHex(), "ffffffff80" + "00".repeat(11));
  const address = Uint8Array.of(10, 1, 254, 3);
  assertEquals(masked(address, 23), Uint8Array.of(10, 1, 254, 0));
  assertEquals(masked(address, 9), Uint8Array.of(10, 0, 0, 0));
  assertEquals(address, Uint8Array.of(10, 1, 254, 3), "it is a copy");
});

Deno.test("reasonOf leaves out what Deno adds to the system's words", () => {
  assertEquals(
    reasonOf(new Error("No space left on device (os error 28)")),
    "No space left on device",
  );
  assertEquals(
    reasonOf(new Error("No such file (os error 2): stat 'a'\n'b'")),
    "No such file",
  );
  assertEquals(reasonOf("text"), "text");
});

Deno.test("a hash reads only the given range", () => {
  const words = Uint32Array.of(9, 1, 2, 9, 1, 2);
  assertEquals(hashWords(words, 1, 2), hashWords(words, 4, 2));
  assert(hashWords(words, 0, 2) !== hashWords(words, 1, 2));
  const bytes = new TextEncoder().encode("x10.0.0.1y10.0.0.1");
  assertEquals(hashBytes(bytes, 1, 9), hashBytes(bytes, 10, 18));
  assert(hashBytes(bytes, 0, 8) !== hashBytes(bytes, 1, 9));
});

Deno.test("the hashes spread consecutive addresses over a table", () => {
  const COUNT = 4096, SLOTS = 8192;
  const slots = (hash: (at: number) => number) =>
    new Set(Array.from({ length: COUNT }, (_, at) => hash(at) & (SLOTS - 1)))
      .size;
  // By chance 1 - e^(-1/2) of the slots are hit, which is 3223.
  const words = (at: number) => hashWords(Uint32Array.of(at << 16), 0, 1);
  assert(slots(words) > 2800);
  const text = (at: number) =>
    new TextEncoder().encode(`10.0.${at >> 8}.${at & 255}`);
  const bytes = (at: number) => hashBytes(text(at), 0, text(at).length);
  assert(slots(bytes) > 2800);
});

Deno.test("each load of the module, as in each process, has another seed", async () => {
  const { href } = new URL("../../src/basics/seeded_hash.ts", import.meta.url);
  const hashes = await Promise.all([1, 2, 3].map(async (copy) => {
    const { hashWords } = await import(`${href}?${copy}`);
    return hashWords(Uint32Array.of(1), 0, 1);
  }));
  assertEquals(new Set(hashes).size, 3);
});
