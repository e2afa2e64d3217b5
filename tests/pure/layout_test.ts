/** The layout of the BPF maps: CPUs, sizes, memory, constants. */
import { assert, assertEquals } from "@std/assert";
import { interruptedCpus, parseCpus } from "../../src/bpf/cpus.ts";
import { constants, mapMemory, slotsFor } from "../../src/bpf/layout.ts";
import { KEY_PARTS } from "../../src/basics/key_layout.ts";
import { BY_SOURCE } from "../../src/basics/keys.ts";

Deno.test("CPU numbers may have gaps: there is room up to the highest", () => {
  for (
    const [list, count] of [["0", 1], ["0-3", 4], ["0-1,4-5", 6], [
      "0,2",
      3,
    ]] as const
  ) assertEquals(parseCpus(list), count, list);
});

Deno.test("what is no list of CPUs is not read as one", () => {
  for (const list of ["", "x", "0-", "-1", "1,,2", "0-x", "0x3", "1 2", " 0"]) {
    assertEquals(parseCpus(list), undefined, list);
  }
});

Deno.test("the head of /proc/interrupts names the CPUs that are online", () => {
  for (
    const [head, count] of [
      ["           CPU0       CPU1       ", 2],
      ["           CPU0       CPU12      CPU13      ", 14],
      ["", 0],
      ["  0:         43          0   IO-APIC   2-edge      timer", 0],
    ] as const
  ) assertEquals(interruptedCpus(head), count, head);
});

Deno.test("an index is a power of two, and at most half full", () => {
  for (const sources of [1, 2, 3, 64, 100, 65_536, 65_537, 2 ** 21]) {
    const slots = slotsFor(sources);
    assert(Number.isInteger(Math.log2(slots)), `${slots}`);
    assert(slots >= 2 * sources && slots < 4 * sources, `${slots}`);
  }
});

Deno.test("the memory of the maps grows with sources and with CPUs", () => {
  // Two generations; slots, key and tally of each family.
  const memory = (cpus: number) => mapMemory(BY_SOURCE, 1024, cpus);
  assertEquals(memory(1), 2 * 1024 * (2 * 16 + 8 + 16 + 2 * 16));
  assertEquals(memory(3) - memory(2), 2 * 1024 * 2 * 16);
});

Deno.test("the program's constants: the seed first, then what is asked for, and where", () => {
  const bytes = constants({
    seed: 0x0102030405060708n,
    maxSources: 100,
    cpus: { present: 4, possible: 8 },
    hasFragments: true,
    linkLayer: "ethernet",
    isEgress: false,
    keying: { ...BY_SOURCE, prefix: { ipv4: 12, ipv6: 36 } },
    filter: undefined,
    place: { ifindex: 0x10203, netns: 0xf0000001 },
  });
  // Words of a key, then where its parts are: the source alone, at 0.
  const layout = (words: number) =>
    `0${words}000000` + "ff000000".repeat(2) + "00000000" +
    "ff000000".repeat(KEY_PARTS.length - 3);
  assertEquals(
    bytes.toHex(),
    "0807060504030201" + "64000000" + "00010000" + "04000000" +
      "08000000" + "01000000" + "00000000".repeat(3) + "01000000".repeat(2) +
      "00000000".repeat(16) + layout(1) + layout(2) + "00000000" + "01000000" +
      "fff00000" + "fffffffff" + "0".repeat(23) + "03020100" + "010000f0" +
      "01000000",
  );
});
