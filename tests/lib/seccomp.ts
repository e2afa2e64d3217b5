/**
 * Runs a command under a seccomp filter that refuses system calls, as containers
 * and systemd units do. A rule is CALL=ERRNO or CALL(FIRST_ARGUMENT)=ERRNO.
 * usage: seccomp.ts RULE… -- COMMAND ARGUMENT…
 */
import { checked, ERRNO } from "../../src/ffi/errno.ts";
import { cString } from "../../src/ffi/memory.ts";

const { symbols: libc } = Deno.dlopen("libc.so.6", {
  prctl: { parameters: ["i32", "usize", "buffer"], result: "i32" }, // option, arg2, arg3
  execv: { parameters: ["buffer", "buffer"], result: "i32" }, // path, argv
});

const PR_SET_SECCOMP = 22, SECCOMP_MODE_FILTER = 2n;

/** Numbers of system calls on x86-64 and aarch64. @see asm/unistd.h */
const CALLS: Record<string, [number, number]> = {
  bpf: [321, 280],
  capset: [126, 91],
  faccessat2: [439, 439],
  flock: [73, 32],
  memfd_create: [319, 279],
  prctl: [157, 167],
  setgroups: [116, 159],
  setresgid: [119, 149],
  setresuid: [117, 147],
  socket: [41, 198],
};

type Instruction = readonly [code: number, jt: number, jf: number, k: number];

/** The instructions that refuse a call, and go on behind them for others. */
function refusal(rule: string): Instruction[] {
  const [, name, argument, error] = /^(\w+)(?:\((\d+)\))?=(\w+)$/.exec(rule)!;
  const number = CALLS[name!]![Deno.build.arch === "x86_64" ? 0 : 1];
  const errno = ERRNO[error as keyof typeof ERRNO];
  const SECCOMP_RET_ERRNO = 0x00050000;
  const refuse = [0x06, 0, 0, SECCOMP_RET_ERRNO | errno] as const;
  return argument === undefined
    ? [
      [0x20, 0, 0, 0], // load seccomp_data.nr
      [0x15, 0, 1, number], // if it is the call
      refuse,
    ]
    : [
      [0x20, 0, 0, 0],
      [0x15, 0, 3, number],
      [0x20, 0, 0, 16], // load the low half of seccomp_data.args[0]
      [0x15, 0, 1, Number(argument)],
      refuse,
    ];
}

const pointerOf = (bytes: Uint8Array<ArrayBuffer>) =>
  BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes)));

const behindRules = Deno.args.indexOf("--");
const instructions: readonly Instruction[] = [
  ...Deno.args.slice(0, behindRules).flatMap(refusal),
  [0x06, 0, 0, 0x7fff0000], // SECCOMP_RET_ALLOW
];
// struct sock_filter { u16 code; u8 jt; u8 jf; u32 k; }, linux/filter.h
const filter = new DataView(new ArrayBuffer(instructions.length * 8));
for (const [at, [code, jumpTrue, jumpFalse, k]] of instructions.entries()) {
  filter.setUint16(at * 8, code, true);
  filter.setUint8(at * 8 + 2, jumpTrue);
  filter.setUint8(at * 8 + 3, jumpFalse);
  filter.setUint32(at * 8 + 4, k, true);
}
const filterBytes = new Uint8Array(filter.buffer);
const program = new Uint8Array(
  BigUint64Array.of(BigInt(instructions.length), pointerOf(filterBytes)).buffer,
);

const args = Deno.args.slice(behindRules + 1).map(cString);
const argv = new Uint8Array(
  BigUint64Array.of(...args.map(pointerOf), 0n).buffer,
);
checked("prctl", libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program));
checked("execv", libc.execv(args[0]!, argv));
