/**
 * Runs a command under a seccomp filter that refuses bpf() with EPERM, as a
 * container does. usage: seccomp.ts COMMAND ARGUMENT…
 */
import { checked } from "../../src/ffi/errno.ts";
import { cString } from "../../src/ffi/memory.ts";

const { symbols: libc } = Deno.dlopen("libc.so.6", {
  prctl: { parameters: ["i32", "usize", "buffer"], result: "i32" }, // option, arg2, arg3
  execv: { parameters: ["buffer", "buffer"], result: "i32" }, // path, argv
});

const PR_SET_SECCOMP = 22, SECCOMP_MODE_FILTER = 2n;
const BPF_SYSCALL = Deno.build.arch === "x86_64" ? 321 : 280;

const pointerOf = (bytes: Uint8Array<ArrayBuffer>) =>
  BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes)));

// struct sock_filter { u16 code; u8 jt; u8 jf; u32 k; }, linux/filter.h
const filter = new DataView(new ArrayBuffer(4 * 8));
const INSTRUCTIONS = [
  [0x20, 0, 0, 0], // load seccomp_data.nr
  [0x15, 0, 1, BPF_SYSCALL], // if it is bpf
  [0x06, 0, 0, 0x00050001], // SECCOMP_RET_ERRNO | EPERM
  [0x06, 0, 0, 0x7fff0000], // else SECCOMP_RET_ALLOW
] as const;
for (const [at, [code, jumpTrue, jumpFalse, k]] of INSTRUCTIONS.entries()) {
  filter.setUint16(at * 8, code, true);
  filter.setUint8(at * 8 + 2, jumpTrue);
  filter.setUint8(at * 8 + 3, jumpFalse);
  filter.setUint32(at * 8 + 4, k, true);
}
const instructions = new Uint8Array(filter.buffer);
const program = new Uint8Array(
  BigUint64Array.of(BigInt(INSTRUCTIONS.length), pointerOf(instructions))
    .buffer,
);

const args = Deno.args.map(cString);
const argv = new Uint8Array(
  BigUint64Array.of(...args.map(pointerOf), 0n).buffer,
);
checked("prctl", libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program));
checked("execv", libc.execv(args[0]!, argv));
