/**
 * Sends frames from many sources out of an interface of this namespace, as
 * fast as the kernel can: a test run of tests/flood.bpf.c with live frames.
 * usage: flood.ts INTERFACE FRAMES SOURCES sequence|shuffle
 * Source k is 10.0.0.0 + k. Prints how many frames were sent, and the seconds
 * that took.
 */
import { checked, checkedPointer } from "../../src/ffi/errno.ts";
import { cString, u32 } from "../../src/ffi/memory.ts";
import { openLibbpf } from "../../src/bpf/library.ts";
import { libc } from "../../src/ffi/libc.ts";
import { bytes, ethernet, ETHERTYPE, ipv4 } from "./frames.ts";
import { opts } from "../../src/ffi/memory.ts";
import { testRun } from "./test_run.ts";

const [name, frames, sources, order] = Deno.args;
const index = libc.if_nametoindex(cString(name!));

const { symbols } = openLibbpf();
const elf = Deno.readFileSync(
  new URL("../../dist/tests/flood.bpf.o", import.meta.url),
);
const object = checkedPointer(
  "bpf_object__open_mem",
  symbols.bpf_object__open_mem(elf, BigInt(elf.length), opts("flood")),
);
checked("bpf_object__load", symbols.bpf_object__load(object));
const program = (name: string) =>
  symbols.bpf_program__fd(
    checkedPointer(
      name,
      symbols.bpf_object__find_program_by_name(object, cString(name)),
    ),
  );
const plan = symbols.bpf_map__fd(
  checkedPointer(
    "plan",
    symbols.bpf_object__find_map_by_name(object, cString("flood.bss")),
  ),
);
const values = new Uint8Array(
  Uint32Array.of(Number(sources), order === "shuffle" ? 1 : 0, 0).buffer,
);
checked(
  "bpf_map_update_elem",
  symbols.bpf_map_update_elem(plan, u32(0), values, 0n),
);

// A veth takes redirected frames only where an XDP program is attached.
const BPF_XDP = 37;
checked(
  "bpf_link_create",
  symbols.bpf_link_create(program("pass"), index, BPF_XDP, opts(0)),
);

const LIVE_FRAMES = 2; // BPF_F_TEST_XDP_LIVE_FRAMES
const frame = bytes(
  ethernet(ETHERTYPE.ipv4),
  ipv4("10.0.0.0", { payload: 30 }),
);
const start = performance.now();
testRun(program("flood"), {
  frame,
  context: { dataEnd: frame.length, ingressIfindex: index },
  repeat: Number(frames),
  flags: LIVE_FRAMES,
  batch: 64,
});
console.log(frames, (performance.now() - start) / 1000);
