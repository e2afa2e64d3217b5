/**
 * Prints the ids of the tcx programs on an interface of this namespace, in the
 * order in which frames that come in meet them; bpftool before 7.3 cannot.
 * usage: tcx.ts INTERFACE
 */
import { checked } from "../../src/ffi/errno.ts";
import { libc } from "../../src/ffi/libc.ts";
import { cString } from "../../src/ffi/memory.ts";

const SYS_BPF = Deno.build.arch === "aarch64" ? 280n : 321n;
const BPF_PROG_QUERY = 16n, BPF_TCX_INGRESS = 46;

const ids = new Uint32Array(64);
// union bpf_attr: target_ifindex, attach_type, query_flags, attach_flags; u64 prog_ids; count
const query = new DataView(new ArrayBuffer(64));
query.setUint32(0, libc.if_nametoindex(cString(Deno.args[0]!)), true);
query.setUint32(4, BPF_TCX_INGRESS, true);
const pointer = Deno.UnsafePointer.value(Deno.UnsafePointer.of(ids));
query.setBigUint64(16, BigInt(pointer), true);
query.setUint32(24, ids.length, true);
const attr = new Uint8Array(query.buffer);
const size = BigInt(attr.length);
checked("bpf", Number(libc.syscall(SYS_BPF, BPF_PROG_QUERY, attr, size, 0n)));
console.log(JSON.stringify([...ids.subarray(0, query.getUint32(24, true))]));
