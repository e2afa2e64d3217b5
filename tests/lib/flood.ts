/**
 * Sends frames from many sources out of an interface of this namespace, as
 * fast as the kernel can: a test run of tests/flood.bpf.c with live frames.
 * usage: flood.ts INTERFACE FRAMES SOURCES sequence|shuffle
 * Source k is 10.0.0.0 + k. Prints how many frames were sent, and the seconds
 * that took.
 */
import { ATTACH_TYPE } from "../../src/bpf/link.ts";
import { checked, checkedPointer } from "../../src/ffi/errno.ts";
import { libc } from "../../src/ffi/libc.ts";
import { cString, opts, u32 } from "../../src/ffi/memory.ts";
import { bytes, ethernet, ETHERTYPE, ipv4 } from "./frames.ts";
import { testObject } from "./test_object.ts";
import { testRun } from "./test_run.ts";

const [name, frames, sources, order] = Deno.args;
const index = libc.if_nametoindex(cString(name!));

const { symbols, object, program } = testObject();
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
checked(
  "bpf_link_create",
  symbols.bpf_link_create(program("pass"), index, ATTACH_TYPE.xdp, opts(0)),
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
