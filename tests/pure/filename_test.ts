/** Names of capture files, and the gzip members in them. */
import { assertEquals, assertThrows } from "@std/assert";
import { gunzipSync } from "node:zlib";
import { FORMATS } from "../../src/formats/all.ts";
import { csv } from "../../src/formats/csv.ts";
import { fileName, parsePattern } from "../../src/formats/capture_name.ts";
import type { Format } from "../../src/formats/format.ts";
import {
  gzipMember,
  HEADER_SIZE,
  memberLength,
} from "../../src/formats/gzip_member.ts";
import { jsonl } from "../../src/formats/jsonl.ts";

const FIELDS = {
  host: "web1",
  interface: "eth0",
  time: new Date("2026-03-04T05:06:07.890Z"),
};

Deno.test("file names: every field", () => {
  assertEquals(
    fileName(parsePattern("/x/%Y-%m-%d_%H%M%S_%s_%h_%i_100%%.jsonl"), FIELDS),
    "/x/2026-03-04_050607_1772600767_web1_eth0_100%.jsonl",
  );
});

Deno.test("file names: a folder gets a file a day for each host and interface", () => {
  assertEquals(
    fileName(parsePattern("/var/log/x/"), FIELDS),
    "/var/log/x/web1-eth0-20260304.jsonl",
  );
  assertEquals(
    fileName(parsePattern("x/", csv), FIELDS),
    "x/web1-eth0-20260304.csv",
  );
});

Deno.test("file names: a host's name does not lead out of the folder", () => {
  assertEquals(
    fileName(parsePattern("d/%h.txt"), { ...FIELDS, host: "../a" }),
    "d/_._a.txt",
  );
});

const refused = (name: string, format?: Format) =>
  assertThrows(() => parsePattern(name, format), RangeError, "the ending");

Deno.test("file names: an ending that says another format is refused, whatever its case", () => {
  const own = FORMATS.flatMap(({ endings }) => endings);
  for (const ending of own) {
    const { format } = parsePattern(`x${ending}`);
    assertEquals(format?.endings.includes(ending), true);
    for (const wrong of [ending.toUpperCase(), `${ending}x`]) {
      assertThrows(
        () => parsePattern(`x${wrong}`),
        RangeError,
        "no format has",
      );
    }
    for (const asked of FORMATS) {
      if (asked === format) parsePattern(`x${ending}`, asked);
      else refused(`x${ending}`, asked);
    }
    for (const packed of [".zst", ".xz", ".bz2", ".GZ", ".zip"]) {
      assertThrows(() => parsePattern(`x${ending}${packed}`), RangeError);
      refused(`x${ending}${packed}`, format);
    }
  }
  for (const ending of ["json", "ndjson", "parquet", "html", "eth0", "com"]) {
    assertThrows(
      () => parsePattern(`x.${ending}`),
      RangeError,
      "no format has",
    );
  }
  refused("x.json", csv);
  refused("x.parquet", jsonl);
});

Deno.test("file names: without an ending, or with --format, a name is free", () => {
  for (const name of ["x", "/dev/null", "%h.%i", "x.%Y", "x.2026", "a.b/x"]) {
    assertEquals(parsePattern(name).format, undefined);
  }
  for (const name of ["x.eth0", "x.example.com", "x.json", "x.ndjson"]) {
    parsePattern(name, jsonl);
  }
});

Deno.test("file names: every field of the time is local, except the seconds since 1970", () => {
  const time = new Date("2026-12-31T18:45:07Z");
  const utc = parsePattern("%Y-%m-%dT%H:%M:%S %s");
  const local = { ...utc, offsetAt: () => 19_800_000 }; // India's, UTC+5:30
  assertEquals(
    [local, utc].map((pattern) => fileName(pattern, { ...FIELDS, time })),
    ["2027-01-01T00:15:07 1798742707", "2026-12-31T18:45:07 1798742707"],
  );
});

Deno.test("gzip members: concatenated they are one valid file, and each stores its length", () => {
  const texts = ["first\n", "", "second\n".repeat(1000)];
  const members = texts.map((text) =>
    gzipMember(new TextEncoder().encode(text))
  );
  for (const member of members) {
    assertEquals(memberLength(member.subarray(0, HEADER_SIZE)), member.length);
    assertEquals(memberLength(member.subarray(0, HEADER_SIZE - 1)), undefined);
  }
  const file = new Uint8Array(members.flatMap((member) => [...member]));
  assertEquals(new TextDecoder().decode(gunzipSync(file)), texts.join(""));
  assertEquals(
    memberLength(new TextEncoder().encode("plain text, and long enough")),
    undefined,
  );
});
