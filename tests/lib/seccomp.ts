/**
 * Runs a command under a seccomp filter that refuses bpf() with EPERM, as a
 * container does; or, after families=NUMBER,…, sockets of these address families,
 * as systemd does (RestrictAddressFamilies). usage: seccomp.ts [families=…] COMMAND ARGUMENT…
 */
import { checked } from "../../src/ffi/errno.ts";
import { cString } from "../../src/ffi/memory.ts";

const { symbols: libc } = Deno.dlopen("libc.so.6", {
  prctl: { parameters: ["i32", "usize", "buffer"], result: "i32" }, // option, arg2, arg3
  execv: { parameters: ["buffer", "buffer"], result: "i32" }, // path, argv
});

const PR_SET_SECCOMP = 22, SECCOMP_MODE_FILTER = 2n;
const SOCKET_SYSCALL = Deno.build.arch === "x86_64" ? 41 : 198;
const BPF_SYSCALL = Deno.build.arch === "x86_64" ? 321 : 280;

const pointerOf = (bytes: Uint8Array<ArrayBuffer>) =>
  BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes)));

const REFUSE = 0x00050000, EPERM = 1, EAFNOSUPPORT = 97;
const NR = 0, ARGUMENT = 16; // in struct seccomp_data
const load = (offset: number) => [0x20, 0, 0, offset] as const;
const skipUnless = (value: number, count: number) =>
  [0x15, 0, count, value] as const;
const refuse = (errno: number) => [0x06, 0, 0, REFUSE | errno] as const;

/** The filter's instructions: code, jump if true, jump if false, operand. */
function instructionsFor(families: readonly number[]) {
  const allow = [0x06, 0, 0, 0x7fff0000] as const;
  if (families.length === 0) {
    return [load(NR), skipUnless(BPF_SYSCALL, 1), refuse(EPERM), allow];
  }
  const denied = families.flatMap((family) => [
    skipUnless(family, 1),
    refuse(EAFNOSUPPORT),
  ]);
  return [
    load(NR),
    skipUnless(SOCKET_SYSCALL, denied.length + 1),
    load(ARGUMENT),
    ...denied,
    allow,
  ];
}

const [, families] = /^families=(.*)$/.exec(Deno.args[0]!) ?? [];
const command = families === undefined ? Deno.args : Deno.args.slice(1);
const INSTRUCTIONS = instructionsFor(families?.split(",").map(Number) ?? []);

// struct sock_filter { u16 code; u8 jt; u8 jf; u32 k; }, linux/filter.h
const filter = new DataView(new ArrayBuffer(INSTRUCTIONS.length * 8));
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

const args = command.map(cString);
const argv = new Uint8Array(
  BigUint64Array.of(...args.map(pointerOf), 0n).buffer,
);
checked("prctl", libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program));
checked("execv", libc.execv(args[0]!, argv));
