/** Which files are captures, what others seem to be, and the order of reading. */
import { assertEquals, assertMatch } from "@std/assert";
import {
  inReadingOrder,
  isCaptureName,
  isTornName,
} from "../../src/report/capture_names.ts";
import { csv } from "../../src/formats/csv.ts";
import { fileKindOf, kindOf } from "../../src/report/file_kind.ts";
import { visible } from "../../src/basics/visible.ts";
import { madeLines } from "../lib/made_captures.ts";
import { generator } from "../lib/random.ts";

const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("names of captures: what -o and rotation make, and nothing else", () => {
  const captures = ["x.jsonl", "x.csv"].flatMap((name) =>
    ["", ".1", ".12", "-20260301", ".2026-03-01", ".old"].flatMap((rotated) =>
      ["", ".gz", ".xz"].map((zipped) => `/d/${name}${rotated}${zipped}`)
    )
  ).concat("x-20260301.jsonl.gz", "eth0.100.jsonl");
  for (const name of captures) assertEquals(isCaptureName(name), true, name);
  const torn = ["x.jsonl.torn", "x.jsonl.gz.torn", "x.csv.torn.gz"];
  const others = ["x.txt", "x.txt.1.gz", "x.prom", "notes", "jsonl", "x.csvs"];
  for (const name of [...torn, ...others]) {
    assertEquals(isCaptureName(name), false, name);
    assertEquals(isTornName(name), torn.includes(name), name);
  }
});

Deno.test("kinds of files: their contents decide, not their names", () => {
  const [start = "", tick = ""] = madeLines({ run: "r", windows: [{ a: 1 }] });
  const sorted = Object.fromEntries(
    Object.entries(JSON.parse(tick)).sort(([a], [b]) => a < b ? -1 : 1),
  );
  const kinds = {
    capture: [
      ...[start, tick, ` ${tick}`, `\ufeff${tick}`, JSON.stringify(sorted)],
      `${csv.header}2026-03-01T00:00:00.000Z`,
    ],
    empty: ["", csv.header],
    metrics: ["# HELP xdptally_x y\n# TYPE xdptally_x counter\n"],
    text: ["eth0 2026-11-27T12:31:50Z tick 2: 1 packets = 1 from 1 source\n"],
    other: [start.replace('"schema":1', '"schema":12'), "{}", "a,b\n", "\n"],
  };
  for (const [kind, contents] of Object.entries(kinds)) {
    for (const text of contents) {
      assertEquals(fileKindOf(encode(text)), kind, text);
    }
  }
});

Deno.test("reading order: the same for every order, and the oldest first", () => {
  const ordered = [
    "a.jsonl",
    "b.jsonl.10.gz",
    "b.jsonl.2.gz",
    "b.jsonl.1",
    "b.jsonl-20260228.gz",
    "b.jsonl-20260301",
    "b.jsonl",
    "b.jsonl.gz",
    "-",
  ];
  const random = generator(41);
  for (let round = 0; round < 200; round++) {
    const files = ordered.map((name) => ({ name, at: random(1000) }))
      .sort((a, b) => a.at - b.at).map(({ name }) => name);
    assertEquals(files.sort(inReadingOrder), ordered);
  }
});

Deno.test("a file without records: what it seems to be", () => {
  const kinds: [string | Uint8Array, RegExp][] = [
    ["", /^empty$/],
    ["\x7fELF\x02\x01", /^an ELF executable$/],
    ["\n \n", /^blank lines only$/],
    ["\0\0\0", /^zero bytes only$/],
    ['{"a":1}\n', /^JSON, but not of xdptally$/],
    ["[1,2]", /^JSON, but not of xdptally$/],
    ['{"type":"row","source":"10.0.0.1"}\n', /^a report of xdptally/],
    [
      "eth0 out 2026-11-27T12:31:50Z tick 2: 1 packets = 1 from 1 source\n\ta => 1\n",
      /^a text capture of xdptally: it cannot be read back; capture with -o FILE\.jsonl$/,
    ],
    ["# HELP xdptally_x y\n# TYPE xdptally_x counter\n", /^a Prometheus page$/],
    [
      "start,end,host,interface,class,source\r\n",
      /^a CSV capture without rows$/,
    ],
    ["<!doctype html>", /^HTML or XML$/],
    ["#!/bin/sh\n", /^a script$/],
    ["Dear reader", /^text, but not of xdptally$/],
    [
      Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0),
      /^xz; decompress it first$/,
    ],
    [Uint8Array.of(1, 2, 3, 0xff), /^binary data$/],
  ];
  for (const [contents, kind] of kinds) {
    const bytes = typeof contents === "string"
      ? Uint8Array.from(contents, (c) => c.charCodeAt(0))
      : contents;
    assertMatch(kindOf(bytes, false) ?? "", kind);
    assertEquals(kindOf(bytes, true), `gzip of ${kindOf(bytes, false)}`);
  }
  const [start = ""] = madeLines({ run: "r", windows: [] });
  assertEquals(kindOf(encode(start), true), undefined);
  assertEquals(kindOf(encode(start.slice(0, 20)), false), undefined);
});

Deno.test("visible leaves no character that a terminal obeys, and all others as they are", () => {
  for (let code = 0; code < 0x11_0000; code++) {
    const text = String.fromCodePoint(code);
    const shown = visible(text);
    assertEquals(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+$/u.test(shown), true);
    if (shown !== text) {
      const [, digits = ""] = /^\\[xu]\{?([0-9a-f]+)\}?$/.exec(shown) ?? [];
      assertEquals(parseInt(digits, 16), code);
    }
  }
});
