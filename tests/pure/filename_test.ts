/** Names of capture files, and the gzip members in them. */
import { assertEquals } from "@std/assert";
import { gunzipSync } from "node:zlib";
import { csv } from "../../src/formats/csv.ts";
import { fileName, parsePattern } from "../../src/formats/capture_name.ts";
import {
  gzipMember,
  HEADER_SIZE,
  memberLength,
} from "../../src/formats/gzip_member.ts";

const FIELDS = {
  host: "web1",
  interface: "eth0",
  time: new Date("2026-03-04T05:06:07.890Z"),
  isLocal: false,
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

Deno.test("file names: every field of the time is local, except the seconds since 1970", () => {
  const time = new Date("2026-12-31T18:45:07Z");
  const pattern = {
    ...parsePattern("%Y-%m-%dT%H:%M:%S %s"),
    offsetAt: () => 19_800_000, // India's, UTC+5:30
  };
  assertEquals(
    [true, false].map((isLocal) =>
      fileName(pattern, { ...FIELDS, time, isLocal })
    ),
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
