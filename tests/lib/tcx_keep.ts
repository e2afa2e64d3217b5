/**
 * Attaches tcx programs to an interface of this namespace, for both directions,
 * that keep each frame from the programs behind them, until it is killed.
 * usage: tcx_keep.ts INTERFACE first|last NUMBER
 */
import { ATTACH_TYPE } from "../../src/bpf/link.ts";
import { checked } from "../../src/ffi/errno.ts";
import { libc } from "../../src/ffi/libc.ts";
import { cString, opts } from "../../src/ffi/memory.ts";
import { testObject } from "./test_object.ts";

const BPF_F_BEFORE = 8;
const flags = Deno.args[1] === "first" ? BPF_F_BEFORE : 0;
const index = libc.if_nametoindex(cString(Deno.args[0]!));
// A program may be there only once.
for (let number = 0; number < Number(Deno.args[2]); number++) {
  const { symbols, program } = testObject();
  // Who sees the one for frames that come in knows that both are attached.
  for (const type of [ATTACH_TYPE.tcx.out, ATTACH_TYPE.tcx.in]) {
    checked(
      "bpf_link_create",
      symbols.bpf_link_create(program("keep"), index, type, opts(flags)),
    );
  }
}
setInterval(() => {}, 2 ** 30);
