/** Keys: every list of fields, laid out, read back, and named. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { FAMILIES } from "../../src/basics/address.ts";
import {
  type KEY_PARTS,
  keyLayout,
  KeyReader,
} from "../../src/basics/key_layout.ts";
import {
  BY_SOURCE,
  byText,
  FIELD_NAMES,
  type FieldName,
  hasAddresses,
  keyField,
  keyText,
  needsIp,
  parseFields,
} from "../../src/basics/keys.ts";
import { generator } from "../lib/random.ts";

/** MOST_WORDS of bpf/xdptally.h. */
const MOST_WORDS = Number(
  /#define MOST_WORDS (\d+)/.exec(
    Deno.readTextFileSync(new URL("../../bpf/xdptally.h", import.meta.url)),
  )![1],
);

/** All lists of fields, in the order of the table. */
const LISTS = Array.from(
  { length: 2 ** FIELD_NAMES.length - 1 },
  (_, bits) => FIELD_NAMES.filter((_, at) => (bits + 1 >> at & 1) === 1),
);

Deno.test("every list of fields: parts do not overlap, and each is aligned to its stores", () => {
  for (const fields of LISTS) {
    for (const family of FAMILIES) {
      const { at, size, words } = keyLayout(family, { fields });
      const known = Object.entries(at).sort(([, a], [, b]) => a - b);
      const hasPorts = fields.some((name) => keyField(name).isPort);
      const hasOuter = fields.includes("outer-source");
      assertEquals(
        known.length,
        fields.length + Number(hasPorts) + Number(hasOuter),
      );
      for (const [index, [name, from]] of known.entries()) {
        const to = known[index + 1]?.[1] ?? size;
        const { size: wanted } = name === "has-ports" || name === "outer-family"
          ? { size: 1 }
          : keyField(name as FieldName);
        const isAddress = typeof wanted !== "number";
        const bytes = !isAddress
          ? wanted
          : wanted === "address" && family === "ipv4"
          ? 4
          : 16;
        assertEquals(to - from, bytes, `${fields}: ${name}`);
        const alignment = isAddress ? 4 : Math.min(bytes, 2);
        assertEquals(from % alignment, 0, `${fields}: ${name}`);
      }
      assert(words * 8 >= size && words * 8 < size + 8 && words <= MOST_WORDS);
    }
  }
});

Deno.test("every list of fields: any order of its words is the same list", () => {
  const random = generator(7);
  for (const fields of LISTS) {
    const shuffled = fields.map((name) => ({ name, at: random(1000) }))
      .sort((a, b) => a.at - b.at).map(({ name }) => name);
    const parsed = parseFields(shuffled.join());
    assertEquals(parsed, fields);
    assertEquals(byText({ fields: parsed }), fields.join());
  }
});

Deno.test("words that are no fields, and fields that are there twice, are refused", () => {
  for (
    const text of ["", ",", "ip", "source,", "Source", "toString", "has-ports"]
  ) {
    assertThrows(() => parseFields(text), RangeError, "is no field; name some");
  }
  for (const name of FIELD_NAMES) {
    const text = `${name},${name}`;
    assertThrows(() => parseFields(text), RangeError, "is there twice");
  }
});

Deno.test("a field changes the key at its own bytes alone, and reads its value from them", () => {
  const random = generator(8);
  for (const fields of LISTS.filter((_, at) => at % 7 === 0)) {
    for (const family of FAMILIES) {
      const keying = { ...BY_SOURCE, fields };
      const reader = new KeyReader(family, keying);
      const { at, size } = keyLayout(family, keying);
      const key = Uint8Array.from({ length: size }, () => random(256));
      const hasPortsAt = at["has-ports"];
      if (hasPortsAt !== undefined) key[hasPortsAt] = 1;
      const outerFamilyAt = at["outer-family"];
      if (outerFamilyAt !== undefined) key[outerFamilyAt] = 4 + 2 * random(2);
      const before = reader.values(key);
      assertEquals(before.length, fields.length);
      for (const [index, name] of fields.entries()) {
        const from = at[name]!;
        const changed = key.slice();
        changed[from]! ^= 1;
        const after = reader.values(changed);
        for (const [other, value] of after.entries()) {
          if (other !== index) assertEquals(value, before[other]);
        }
      }
      if (hasPortsAt === undefined) continue;
      key[hasPortsAt] = 0;
      for (const [index, value] of reader.values(key).entries()) {
        const { isPort = false } = keyField(fields[index]!);
        assertEquals(value, isPort ? null : before[index]);
      }
    }
  }
});

Deno.test("values of fields for people", () => {
  const keying = {
    fields: FIELD_NAMES,
    prefix: { ipv4: 24, ipv6: 128 },
  };
  const { at, size } = keyLayout("ipv4", keying);
  const key = new Uint8Array(size);
  const set = (part: typeof KEY_PARTS[number], ...bytes: number[]) =>
    key.set(bytes, at[part]);
  set("source", 10, 0, 0, 0);
  set("destination", 192, 0, 2, 0);
  set("outer-source", 0x20, 1, 0xd, 0xb8);
  set("outer-family", 6);
  set("protocol", 6);
  set("has-ports", 1);
  set("source-port", 0, 0);
  set("port", 1, 187);
  set("tcp", 2);
  set("dscp", 46);
  set("mac", 2, 0, 0, 0, 0, 255, 0, 1);
  set("vlan", 0, 7);
  set("ethertype", 0x88, 0xcc);
  set("verdict", 0, 0, 0, 1);
  const text = () => keyText(new KeyReader("ipv4", keying).values(key));
  assertEquals(
    text(),
    "10.0.0.0/24,192.0.2.0/24,2001:db8::,tcp,0,443,synack,46,02:00:00:00:00:ff,7,lldp,drop",
  );
  set("outer-source", 172, 16, 0, 0);
  set("outer-family", 4);
  assert(text().includes(",172.16.0.0/24,"));
  set("outer-family", 0);
  set("has-ports", 0);
  set("tcp", 0);
  set("mac", 0, 0, 0, 0, 0, 0, 0, 0);
  set("vlan", 255, 255);
  set("ethertype", 0x12, 0x34);
  set("protocol", 253);
  set("verdict", 0x80, 0, 0, 5);
  assertEquals(
    text(),
    "10.0.0.0/24,192.0.2.0/24,-,253,-,-,-,46,-,-,0x1234,2147483653",
  );
});

Deno.test("which keys have addresses, and which need an IP packet", () => {
  for (const fields of LISTS) {
    const has = (...names: FieldName[]) =>
      names.some((name) => fields.includes(name));
    assertEquals(hasAddresses({ fields }), has("source", "destination"));
    const isLink = fields.every((name) =>
      ["mac", "vlan", "ethertype", "verdict"].includes(name)
    );
    assertEquals(needsIp({ fields }), !isLink);
  }
});
