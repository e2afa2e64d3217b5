/**
 * The BPF parser against the reference parser, on random frames. Half of them
 * are the same in every run, so that a failure can be repeated anywhere; the
 * other half are new each time. A failure names its SEED: set in the
 * environment, it runs those frames alone.
 */
import { assert } from "@std/assert";
import { parseFilter } from "../../src/basics/network_filter.ts";
import { BY_SOURCE, parseFields } from "../../src/basics/keys.ts";
import { Fuzzer } from "../lib/fuzz.ts";
import { FIELDS } from "../lib/fields.ts";
import { kernelAtLeast } from "../lib/kernel.ts";
import { Program } from "../lib/program.ts";
import { ReadBooks } from "../lib/read_books.ts";
import { type Narrowing, packetIn, read } from "../lib/reading.ts";
import {
  parseTunnelPorts,
  WELL_KNOWN_PORTS,
} from "../../src/basics/tunnels.ts";
import { generator } from "../lib/random.ts";
import { longestFrame, TestRunner } from "../lib/test_run.ts";

/** Frames between two comparisons of the counters. */
const CHUNK = 10_000;
const FIXED_SEED = 1;

function seeds(): number[] {
  const wanted = Deno.env.get("SEED");
  return wanted === undefined
    ? [FIXED_SEED, crypto.getRandomValues(new Uint32Array(1))[0]!]
    : [Number(wanted)];
}

/** Feeds `frames` frames to both parsers. @throws they differ */
function compare(
  seed: number,
  frames: number,
  isLayer3: boolean,
  narrowing: Narrowing = {},
): void {
  const { by = ["source"], prefix = BY_SOURCE.prefix } = narrowing;
  const { filter, inner } = narrowing;
  using program = new Program({
    linkLayer: isLayer3 ? "ip" : "ethernet",
    maxSources: CHUNK,
    keying: { fields: by, prefix, inner },
    filter,
  });
  const runner = new TestRunner(program.object.programFd);
  const fuzzer = new Fuzzer(longestFrame(runner), isLayer3);
  const canSplit = kernelAtLeast(6, 18);
  runner.setFrame(fuzzer.buffer);
  program.take(); // what the search for the longest has counted
  /** Compares one chunk every `step` frames, and returns the first difference. */
  const differenceIn = (chunk: number, step: number): string | undefined => {
    const random = generator(seed + chunk);
    let books = new ReadBooks(narrowing, isLayer3);
    for (let at = 1; at <= CHUNK; at++) {
      fuzzer.next(random);
      runner.run(fuzzer.length, canSplit ? fuzzer.linear : 0);
      books.add(isLayer3 ? packetIn(fuzzer.frame) : fuzzer.frame);
      if (at % step !== 0) continue;
      const differences = books.differences(program.take());
      books = new ReadBooks(narrowing, isLayer3);
      if (differences.length === 0) continue;
      const { length, linear } = fuzzer;
      const frame = fuzzer.frame.subarray(0, 128).toHex();
      return `SEED=${seed}, frame ${at} of chunk ${chunk}, ${length} bytes (${linear} linear) ${frame}…: ${
        differences.slice(0, 5).join("; ")
      }`;
    }
  };
  for (let chunk = 0; chunk < frames / CHUNK; chunk++) {
    const together = differenceIn(chunk, CHUNK);
    if (together === undefined) continue;
    // Repeats the chunk frame by frame to find the one that differs.
    throw new Error(differenceIn(chunk, 1) ?? `not one alone: ${together}`);
  }
}

for (
  const [layer, frames] of [["Ethernet", 1_000_000], ["IP", 200_000]] as const
) {
  Deno.test(`the program and the reference parser agree on ${frames} random frames a seed, ${layer}`, () => {
    for (const seed of seeds()) compare(seed, frames, layer === "IP");
  });
}

const NARROWINGS: Record<string, Narrowing> = {
  ...Object.fromEntries(FIELDS.map((name) => [name, { by: [name] }])),
  "tunnels": { inner: WELL_KNOWN_PORTS },
  "flows in tunnels": {
    by: parseFields(
      "source,destination,outer-source,protocol,source-port,port",
    ),
    inner: WELL_KNOWN_PORTS,
  },
  "tunnels, and a filter": {
    by: FIELDS,
    filter: parseFilter("10.0.0.0/9,!2001:db8::/33,::/0"),
    prefix: { ipv4: 20, ipv6: 70 },
    inner: WELL_KNOWN_PORTS,
  },
  "tunnels on other ports": {
    by: parseFields("outer-source"),
    inner: parseTunnelPorts("vxlan:8472,l2tp:40001,gtp:40002,geneve:53"),
  },
  "networks": { prefix: { ipv4: 9, ipv6: 3 } },
  "ports of networks": {
    by: parseFields("source,protocol,port"),
    prefix: { ipv4: 0, ipv6: 65 },
  },
  "flows": { by: parseFields("source,destination,protocol,source-port,port") },
  "all fields": { by: FIELDS },
  "all fields, and a filter": {
    by: FIELDS,
    filter: parseFilter("0.0.0.0/1"),
  },
  "the link, and a filter": {
    by: parseFields("mac,vlan"),
    filter: parseFilter("!32.0.0.0/3"),
  },
  "a filter that keeps": {
    filter: parseFilter(
      "0.0.0.0/2,!0.0.0.0/5,7.7.7.7,2000::/3,!2020::/11,::/0",
    ),
  },
  "a filter that leaves out": {
    filter: parseFilter("!32.0.0.0/3,!::/1"),
  },
};

for (const [name, narrowing] of Object.entries(NARROWINGS)) {
  Deno.test(`the program and the reference parser agree on random frames, narrowed: ${name}`, () => {
    for (const seed of seeds()) compare(seed, 100_000, false, narrowing);
  });
}

const LISTS = 20;

Deno.test(`the program and the reference parser agree on random frames, by ${LISTS} random lists of fields`, () => {
  for (const seed of seeds()) {
    const random = generator(seed);
    for (let list = 0; list < LISTS; list++) {
      const bits = 1 + random(2 ** FIELDS.length - 1);
      const by = FIELDS.filter((_, at) => (bits >> at & 1) === 1);
      const prefix = { ipv4: random(33), ipv6: random(129) };
      const filter = random(3) === 0
        ? parseFilter("!32.0.0.0/3,::/1")
        : undefined;
      compare(seed + list, CHUNK, random(5) === 0, {
        ...{ by, prefix },
        ...(filter && { filter }),
        ...(random(2) === 0 && { inner: WELL_KNOWN_PORTS }),
      });
    }
  }
});

const INNER: Narrowing = { inner: WELL_KNOWN_PORTS };

Deno.test("the random frames are of every class and many lengths", () => {
  const fuzzer = new Fuzzer(9000, false);
  const random = generator(FIXED_SEED);
  const classes = new Map<string, number>(), lengths = new Set<number>();
  for (let round = 0; round < 100_000; round++) {
    fuzzer.next(random);
    const { class: name } = read(fuzzer.frame, false, INNER);
    classes.set(name, (classes.get(name) ?? 0) + 1);
    lengths.add(fuzzer.length);
  }
  for (const name of ["ipv4", "ipv6", "nonIp", "malformed", "undecoded"]) {
    assert(
      (classes.get(name) ?? 0) > 5_000,
      `${name}: ${[...classes]}`,
    );
  }
  for (let length = 14; length < 200; length++) {
    assert(lengths.has(length), `${length}`);
  }
});
