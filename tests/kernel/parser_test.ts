/** The BPF parser against an independent parser in TypeScript, frame by frame. */
import { assertEquals } from "@std/assert";
import { GENERATIONS, LAST_ERA } from "../../src/bpf/layout.ts";
import { type Bytes, bytes, FRAMES, ipv4, ipv6 } from "../lib/frames.ts";
import { lacksKernel } from "../lib/kernel.ts";
import { type Counted, Program } from "../lib/program.ts";
import { read, type Reading } from "../lib/reading.ts";
import { SHORTEST } from "../lib/test_run.ts";

const XDP_PASS = 2;
const CUT: Reading = { class: "malformed", why: "cut" };
const NO_CAUSES = { cut: 0, version: 0, length: 0 };

/** The counters after one frame that the reference parser reads as `reading`. */
function expected(reading: Reading, bytes: number): Counted {
  const once = [1, bytes] as const, never = [0, 0] as const;
  return {
    total: once,
    nonIp: reading.class === "nonIp" ? once : never,
    malformed: reading.class === "malformed" ? once : never,
    untracked: never,
    filtered: reading.class === "filtered" ? once : never,
    undecoded: never,
    causes: { ...NO_CAUSES, ...("why" in reading ? { [reading.why]: 1 } : {}) },
    types: new Map("type" in reading ? [[reading.type, 1n]] : []),
    sources: "key" in reading
      ? [{ family: reading.class, key: reading.key, packets: 1, bytes }]
      : [],
  };
}

function assertCounts(
  program: Program,
  frame: Bytes,
  isLayer3: boolean,
  name: string,
): void {
  assertEquals(program.run({ frame }), XDP_PASS, name);
  assertEquals(
    program.take(),
    expected(read(frame, isLayer3), frame.length),
    name,
  );
}

/** The frame at every length, from the shortest that a test run takes. */
function* truncations(frame: Bytes): Iterable<Bytes> {
  for (let length = SHORTEST; length <= frame.length; length++) {
    yield frame.slice(0, length);
  }
}

Deno.test("the program counts every kind of frame, truncated anywhere, like the reference parser", () => {
  using program = new Program();
  for (const { name, frame } of FRAMES) {
    for (const cut of truncations(frame)) {
      assertCounts(
        program,
        cut,
        false,
        `${name}, ${cut.length} of ${frame.length} bytes`,
      );
    }
  }
});

Deno.test("frames without an Ethernet header are parsed by their IP version", () => {
  using program = new Program({ linkLayer: "ip" });
  const packets: Record<string, Bytes> = {
    "IPv4": ipv4("10.0.0.1"),
    "IPv4 with options": ipv4("10.0.0.2", { ihl: 15 }),
    "IPv4 with IHL 4": ipv4("10.0.0.3", { ihl: 4 }),
    "IPv6": ipv6([1]),
    "version 0": bytes(Array(40).fill(0)),
    "version 5": ipv4("10.0.0.4", { version: 5 }),
    "version 15": bytes(Array(40).fill(0xff)),
  };
  for (const [name, packet] of Object.entries(packets)) {
    for (const cut of truncations(packet)) {
      assertCounts(
        program,
        cut,
        true,
        `${name}, ${cut.length} of ${packet.length} bytes`,
      );
    }
  }
});

Deno.test("the reference parser: frames too short for a test run are malformed", () => {
  for (const { frame } of FRAMES) {
    for (let length = 0; length < SHORTEST; length++) {
      assertEquals(read(frame.subarray(0, length)), CUT);
    }
  }
  assertEquals(read(new Uint8Array(), true), CUT);
});

for (const usesBtf of [true, false]) {
  const way = usesBtf ? "read from the kernel's struct" : "by a helper call";
  Deno.test({
    name: `bytes include all buffers of a frame, ${way}`,
    fn() {
      using program = new Program({ usesBtf });
      for (const padding of [0, 1, 1000, 9000]) {
        const frame = bytes(FRAMES[0]!.frame, Array(padding).fill(0));
        assertCounts(program, frame, false, `${frame.length} bytes`);
      }
      assertEquals(program.object.usesBtf, usesBtf);
    },
    ignore: usesBtf && lacksKernel(6, 2, "a look at its own structs"),
  });
}

Deno.test({
  name: "headers outside the linear part of the frame are found",
  fn() {
    using program = new Program();
    for (const { name, frame } of FRAMES) {
      const long = bytes(frame, Array(100).fill(0));
      for (let linear = SHORTEST; linear < 80; linear++) {
        program.run({ frame: long, context: { dataEnd: linear } });
        assertEquals(
          program.take(),
          expected(read(long), long.length),
          `${name}, ${linear} bytes linear`,
        );
      }
    }
  },
  ignore: lacksKernel(
    6,
    18,
    "a test run with a part of the frame in fragments",
  ),
});

Deno.test("a frame counts in exactly one window, also when the era counter wraps", () => {
  using program = new Program();
  const frame = FRAMES[0]!.frame;
  const once = expected(read(frame), frame.length);
  const nothing = { ...once, total: [0, 0], sources: [] } as unknown as Counted;
  for (let window = 0; window < GENERATIONS.length * (LAST_ERA + 2); window++) {
    program.run({ frame });
    assertEquals(program.take(), once, `window ${window}`);
  }
  assertEquals(program.take(), nothing);
});

Deno.test("sources beyond --max-sources are untracked, and no packet is missing", () => {
  using program = new Program({ maxSources: 10 });
  for (let source = 0; source < 25; source++) {
    program.run({
      frame: bytes(FRAMES[0]!.frame.slice(0, 14), ipv4(`10.1.0.${source}`)),
    });
  }
  const counted = program.take();
  assertEquals(counted.sources.length, 10);
  assertEquals(counted.untracked[0], 15);
  assertEquals(counted.total[0], 25);
});
