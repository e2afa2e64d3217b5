/** Functions in BTF: found by their ids, and in nothing that is no BTF. */
import { assert, assertEquals } from "@std/assert";
import { functionOf } from "../../src/bpf/btf.ts";
import { generator } from "../lib/random.ts";

/** BTF with one type of each kind, and a function of one parameter. */
function exampleBtf() {
  const strings = new TextEncoder().encode("\0int\0xdp_drop\0ctx\0");
  const type = (
    name: number,
    kind: number,
    count: number,
    ...rest: number[]
  ) => [name, kind << 24 | count, ...rest];
  const words = [
    ...type(1, 1, 0, 4, 0x01000020), // 1: int
    ...type(0, 2, 0, 1), // 2: pointer
    ...type(0, 3, 0, 0, 1, 1, 3), // 3: array
    ...type(0, 4, 2, 8, 0, 1, 0, 0, 1, 32), // 4: struct of two members
    ...type(0, 5, 1, 4, 0, 1, 0), // 5: union
    ...type(0, 6, 2, 4, 0, 0, 0, 1), // 6: enum
    ...type(0, 7, 0, 0), // 7: forward declaration
    ...type(0, 14, 0, 1, 1), // 8: variable
    ...type(0, 15, 1, 4, 8, 0, 4), // 9: section
    ...type(0, 17, 0, 1, 0), // 10: tag
    ...type(0, 19, 1, 8, 0, 0, 0), // 11: 64-bit enum
    ...type(0, 13, 1, 1, 14, 2), // 12: prototype with `ctx`
    ...type(5, 12, 1, 12), // 13: the function
    ...type(0, 13, 0, 1), // 14: prototype without parameters
    ...type(5, 12, 1, 14), // 15: a function of it
  ];
  const types = new Uint8Array(Uint32Array.from(words).buffer);
  const head = new Uint8Array(24);
  const view = new DataView(head.buffer);
  view.setUint16(0, 0xeb9f, true);
  for (
    const [at, value] of [24, 0, types.length, types.length, strings.length]
      .entries()
  ) view.setUint32(4 + 4 * at, value, true);
  return Uint8Array.from([...head, ...types, ...strings]);
}

Deno.test("functions are found in BTF of every kind of types, and in no part of it", () => {
  const btf = exampleBtf();
  for (let id = -1; id < 20; id++) {
    const parameters = new Map([[13, 1], [15, 0]]).get(id);
    const expected = parameters === undefined
      ? undefined
      : { name: "xdp_drop", parameters };
    assertEquals(functionOf(btf, id), expected, String(id));
  }
  for (let size = 0; size < btf.length; size++) {
    const found = functionOf(btf.subarray(0, size), 13);
    // The strings come last: a name is whole, or not there.
    assert(found === undefined || found.name === "xdp_drop", String(size));
  }
  const random = generator(64);
  for (let round = 0; round < 2000; round++) {
    const other = btf.slice();
    other[random(other.length)] = random(256);
    functionOf(other, 13); // whatever it finds, it ends
  }
});
