/** Names of addresses: files of names, databases, and what both say together. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { FORMAT_ADDRESS } from "../../src/basics/address.ts";
import { masked } from "../../src/basics/prefix.ts";
import { Database } from "../../src/names/database.ts";
import { LabelTable } from "../../src/names/label_table.ts";
import { Names } from "../../src/names/names.ts";
import { readNames } from "../../src/names/names_file.ts";
import { namingText } from "../../src/names/naming.ts";
import { mmdb, type MmdbEntry, type MmdbOptions } from "../lib/mmdb.ts";
import { bytesOf, networksOf, randomEntries } from "../lib/networks.ts";
import { generator } from "../lib/random.ts";

const SIZES = [24, 28, 32] as const;
const addressText = (bytes: Uint8Array) =>
  FORMAT_ADDRESS[bytes.length === 4 ? "ipv4" : "ipv6"](bytes);

const contains = (
  outer: { address: Uint8Array; length: number },
  address: Uint8Array,
  length: number,
) =>
  outer.address.length === address.length && outer.length <= length &&
  masked(address, outer.length).toHex() === outer.address.toHex();

Deno.test("the longest prefix decides, as a scan over all networks finds it", () => {
  for (let seed = 1; seed <= 100; seed++) {
    const random = generator(seed);
    const networks = networksOf(random, 1 + random(60));
    const table = new LabelTable();
    const text = networks.map(({ address, length }, at) =>
      `${addressText(address)}/${length} network ${at}`
    ).join("\n");
    readNames(text, table);
    for (let look = 0; look < 100; look++) {
      const size = random(2) === 0 ? 4 : 16;
      const length = random(3) === 0 ? random(size * 8 + 1) : size * 8;
      const address = masked(bytesOf(random, size, 3), length);
      let best = -1;
      for (const [at, network] of networks.entries()) {
        // Of equal networks the first line counts.
        if (
          contains(network, address, length) &&
          (best < 0 || network.length > networks[best]!.length)
        ) best = at;
      }
      assertEquals(
        table.of(address, length),
        best < 0 ? {} : { name: `network ${best}` },
        `seed ${seed}: ${addressText(address)}/${length}`,
      );
    }
  }
});

/** What a file says of an address. */
function nameIn(text: string, address: string): string | undefined {
  const table = new LabelTable();
  readNames(text, table);
  return new Names([table]).of(address).name;
}

Deno.test("a hosts file and networks with labels are read", () => {
  const text = "\ufeff127.0.0.1\tlocalhost loopback # as ever\r\n" +
    "\n# a comment\n  10.0.0.1   web1 web1.example.org\n" +
    "fe80::1%lo0 link\n10.0.0.0/8 Head office\n2001:db8::/32\tthe lab\n" +
    '192.0.2.0/24,"Paris, France"\n192.0.2.7 , printer 7 \n10.0.0.1 late\n';
  const expected = {
    "127.0.0.1": "localhost",
    "10.0.0.1": "web1",
    "10.0.0.2": "Head office",
    "10.0.0.0/8": "Head office",
    "10.0.0.0/7": undefined,
    "fe80::1": "link",
    "2001:db8::5": "the lab",
    "192.0.2.1": "Paris, France",
    "192.0.2.7": "printer 7",
    "198.51.100.1": undefined,
  };
  const decoded = new TextDecoder().decode(new TextEncoder().encode(text));
  for (const [address, name] of Object.entries(expected)) {
    assertEquals(nameIn(decoded, address), name, address);
  }
});

Deno.test("a line that cannot be used is named, with its number and why", () => {
  const lines = {
    "web1 10.0.0.1": '"web1" is not a network',
    "10.0.0.1": '"10.0.0.1" has no name',
    "10.0.0.0/33 x": "prefix length from 0 to 32",
    "!10.0.0.0/8 x": "leave the ! out",
    "10.0.0.256 x": "not a network",
    "10.0.0.1,": "not a network",
    "10.0.0.1,a,b": "more than two columns",
    '10.0.0.1,""': "the name is empty",
    "10.0.0.1 \ufffd": "not UTF-8",
    [`10.0.0.1 ${"x".repeat(256)}`]: "more than 255 characters",
    "\x1b[2J": '"\\x1b[2J" is not a network',
  };
  for (const [line, why] of Object.entries(lines)) {
    const error = assertThrows(
      () => readNames(`10.0.0.9 good\n\n${line}\n`, new LabelTable()),
      RangeError,
      why,
    );
    assert(error.message.startsWith("line 3: "), error.message);
  }
});

Deno.test("a name from a file cannot command a terminal", () => {
  assertEquals(nameIn("10.0.0.1 a\x1b[2Jb", "10.0.0.1"), "a\\x1b[2Jb");
});

Deno.test("a lookup in a database finds what was written, in all sizes of nodes", () => {
  for (let seed = 1; seed <= 30; seed++) {
    const random = generator(seed);
    const ipVersion = random(2) === 0 ? 4 : 6;
    const entries = randomEntries(random, ipVersion);
    // Of a network that is there twice, the writer keeps the last one.
    const kept = entries.filter(({ address, length }, at) =>
      !entries.slice(at + 1).some((other) =>
        other.length === length &&
        other.address.toHex() === address.toHex()
      )
    );
    // In the tree an IPv4 address is an IPv6 address that begins with zeros.
    const inTree = (address: Uint8Array) =>
      ipVersion === 6 && address.length === 4
        ? Uint8Array.of(...new Uint8Array(12), ...address)
        : address;
    const bits = (
      { address, length }: { address: Uint8Array; length: number },
    ) => length + (inTree(address).length - address.length) * 8;
    for (const recordSize of SIZES) {
      const database = Database.open(
        mmdb(entries, { recordSize, ipVersion }),
      );
      for (let look = 0; look < 60; look++) {
        const size = ipVersion === 6 && random(2) === 0 ? 16 : 4;
        const address = bytesOf(random, size, 3);
        const best = kept.filter((entry) =>
          contains(
            { address: inTree(entry.address), length: bits(entry) },
            inTree(address),
            inTree(address).length * 8,
          )
        ).sort((a, b) => bits(a) - bits(b)).at(-1);
        const record = best?.record as Record<string, unknown> | undefined;
        assertEquals(
          database.of(address, size * 8),
          (record === undefined ? {} : {
            asn: record.autonomous_system_number,
            asName: record.autonomous_system_organization,
            country: (record.country as Record<string, string>).iso_code,
          }) as ReturnType<Database["of"]>,
          `seed ${seed}, ${recordSize} bits: ${addressText(address)}`,
        );
      }
    }
  }
});

const AS = { autonomous_system_number: 64_500 };
const V6: MmdbOptions = { recordSize: 28, ipVersion: 6 };
const V4: MmdbOptions = { recordSize: 24, ipVersion: 4 };
const TEN = Uint8Array.of(10, 0, 0, 0);

Deno.test("a network is known only if one record is about all of it", () => {
  const database = Database.open(
    mmdb([{ address: TEN, length: 16, record: AS }], V6),
  );
  assertEquals(database.of(TEN, 24), { asn: 64_500 });
  assertEquals(database.of(TEN, 16), { asn: 64_500 });
  assertEquals(database.of(TEN, 15), {});
});

Deno.test("aliases of IPv4 in IPv6 lead to the same records", () => {
  const database = Database.open(
    mmdb([{ address: TEN, length: 8, record: AS }], {
      ...V6,
      hasAliases: true,
    }),
  );
  const inside = (prefix: number[]) =>
    Uint8Array.of(...new Uint8Array(8), ...prefix, 10, 1, 2, 3);
  assertEquals(database.of(inside([0, 0, 255, 255]), 128), { asn: 64_500 });
  // This is where the tree has IPv4, but no alias of it.
  assertEquals(database.of(inside([0, 0, 0, 0]), 128), {});
  const sixToFour = Uint8Array.of(0x20, 2, 10, 1, 2, 3, ...new Uint8Array(10));
  assertEquals(database.of(sixToFour, 128), { asn: 64_500 });
});

Deno.test("a database of IPv4 knows nothing of IPv6", () => {
  const database = Database.open(
    mmdb([{ address: new Uint8Array(4), length: 0, record: AS }], V4),
  );
  assertEquals(database.of(TEN, 32), { asn: 64_500 });
  assertEquals(database.of(new Uint8Array(16), 128), {});
});

Deno.test("fields are those that the records have, under any of their names", () => {
  const records = [
    [{ asn: "AS64501", as_name: "Flat", country_code: "SE" }, {
      asn: 64_501,
      asName: "Flat",
      country: "SE",
    }],
    [{ country: { iso_code: "DE" } }, { country: "DE" }],
    [{ country: "Germany", asn: "64501", as_name: "\x1b[1m" }, {
      asName: "\\x1b[1m",
    }],
    [{ traits: AS, autonomous_system_organization: "x".repeat(256) }, {
      asn: 64_500,
    }],
  ] as const;
  for (const [record, naming] of records) {
    const database = Database.open(
      mmdb([{ address: TEN, length: 8, record }], V6),
    );
    assertEquals(database.fields as string[], Object.keys(naming));
    assertEquals(database.of(TEN, 32), naming as ReturnType<Database["of"]>);
  }
});

Deno.test("a file that is no database, or says nothing of use, is refused with a line", () => {
  const good = mmdb([{ address: TEN, length: 8, record: AS }], V6);
  const refused = {
    "not a MaxMind database": [new Uint8Array(), good.subarray(0, -250)],
    "neither AS nor country": [
      mmdb([{ address: TEN, length: 8, record: { city: "Ulm" } }], V6),
      mmdb([], V6),
    ],
    "is damaged": [good.slice(40), good.subarray(0, -5)],
  };
  for (const [why, files] of Object.entries(refused)) {
    for (const file of files) {
      assertThrows(
        () => Database.open(file.slice()),
        RangeError,
        why,
      );
    }
  }
});

/** Opens a database whose only record is the first of these bytes. */
function openWithData(data: Uint8Array): Database {
  const entry = { address: TEN, length: 8, record: "at 0" };
  const file = mmdb([entry], V4);
  const text = new TextDecoder("latin1").decode(file);
  const from = text.indexOf("\0".repeat(16)) + 16;
  const to = text.indexOf("\xab\xcd\xefMaxMind.com");
  assert(from > 16 && to > from);
  return Database.open(
    Uint8Array.of(...file.subarray(0, from), ...data, ...file.subarray(to)),
  );
}

Deno.test("records that grow, or point in circles, are an error and not a hang", () => {
  const MAP = 0xe0, ARRAY = 0x04, POINTER = 0x20, ZERO = 0xa0;
  // Each level points twice to the one behind it, so there are 2^40 values.
  const doubling = Array.from(
    { length: 40 },
    (_, at) => [2, ARRAY, POINTER, (at + 1) * 6, POINTER, (at + 1) * 6],
  ).flat().concat(ZERO);
  const hostile = {
    "to itself": [POINTER, 0],
    "in a circle": [MAP | 1, 0x41, 0x61, POINTER, 0],
    doubling,
    "an array of 16 million": [31, ARRAY, 255, 255, 255],
    arrays: Array.from({ length: 100 }, () => [31, ARRAY, 255, 255, 255])
      .flat(),
    "a long text": [0x5f, 255, 255, 255],
    "behind the end": [POINTER | 0x18, 255, 255, 255, 255],
  };
  for (const data of Object.values(hostile)) {
    assertThrows(
      () => openWithData(Uint8Array.from(data)),
      RangeError,
      "is damaged",
    );
  }
  const marker = Array.from(
    "\xab\xcd\xefMaxMind.com",
    (letter) => letter.charCodeAt(0),
  );
  assertThrows(
    () => Database.open(Uint8Array.of(...marker, ...doubling)),
    RangeError,
    "a record is too large",
  );
});

Deno.test("whatever is damaged in a database, opening fails with a line or lookups answer", () => {
  let opened = 0;
  for (let seed = 1; seed <= 300; seed++) {
    const random = generator(seed);
    const ipVersion = random(2) === 0 ? 4 : 6;
    const file = mmdb(randomEntries(random, ipVersion), {
      recordSize: SIZES[random(3)]!,
      ipVersion,
      hasAliases: ipVersion === 6 && random(2) === 0,
    });
    for (let change = 1 + random(8); change > 0; change--) {
      // Half of them where the records end and the metadata are.
      const at = random(2) === 0
        ? random(file.length)
        : Math.max(0, file.length - 1 - random(300));
      file[at] = random(256);
    }
    const damaged = random(4) === 0 ? file.slice(0, random(file.length)) : file;
    try {
      const database = Database.open(damaged);
      opened++;
      for (let look = 0; look < 30; look++) {
        const address = bytesOf(random, random(2) === 0 ? 4 : 16, 3);
        const naming = database.of(address, address.length * 8);
        assert(Object.keys(naming).every((name) => name !== "name"));
      }
    } catch (error) {
      assert(error instanceof RangeError, `seed ${seed}: ${error}`);
      assert(/; (download|give) /.test(error.message), error.message);
    }
  }
  assert(opened > 30, `only ${opened} were opened`);
});

Deno.test("of each field the first file counts that knows it", () => {
  const labels = new LabelTable();
  readNames("10.0.0.1 web1", labels);
  const open = (record: MmdbEntry["record"]) =>
    Database.open(mmdb([{ address: TEN, length: 8, record }], V6));
  const names = new Names([
    labels,
    open({ asn: 1, country_code: "DE" }),
    open({ asn: 2, as_name: "Two" }),
  ]);
  assertEquals(names.fields, ["name", "asn", "asName", "country"]);
  assertEquals(names.columns, ["name", "asn", "as_name", "country"]);
  assertEquals(names.values("10.0.0.1"), ["web1", 1, "Two", "DE"]);
  assertEquals(names.values("10.0.0.2"), [null, 1, "Two", "DE"]);
  assertEquals(names.values("?"), [null, null, null, null]);
  assertEquals(names.values(null), [null, null, null, null]);
  assertEquals(namingText(names.of("10.0.0.1")), "web1, AS1 Two, DE");
  assertEquals(namingText(names.of("11.0.0.1")), "");
});
