/** Forbids in all threads, for good, what a run never does: start programs, trace, mount. */
import { call } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";

/** The calls, with their numbers on x86-64 and aarch64. @see asm/unistd.h */
const FORBIDDEN: Readonly<Record<string, readonly [number, number]>> = {
  // Start another program, also one with more rights.
  execve: [59, 221],
  execveat: [322, 281],
  // Look into other processes.
  ptrace: [101, 117],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  pidfd_getfd: [438, 438],
  // Change the kernel.
  init_module: [175, 105],
  finit_module: [313, 273],
  delete_module: [176, 106],
  kexec_load: [246, 104],
  kexec_file_load: [320, 294],
  reboot: [169, 142],
  // Change what paths and names mean.
  mount: [165, 40],
  umount2: [166, 39],
  move_mount: [429, 429],
  pivot_root: [155, 41],
  chroot: [161, 51],
  setns: [308, 268],
  unshare: [272, 97],
  // Often a way to attack the kernel.
  add_key: [248, 217],
  keyctl: [250, 219],
  request_key: [249, 218],
  userfaultfd: [323, 282],
};

/** AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64. @see linux/audit.h */
const ARCHITECTURES = [0xc000003e, 0xc00000b7] as const;
/** Calls of the x32 ABI have this bit. @see x32(7) in syscall(2) */
const X32_BIT = 0x40000000;

const LOAD = 0x20, IF_EQUAL = 0x15, IF_AT_LEAST = 0x35, RETURN = 0x06;
const ALLOW = 0x7fff0000, REFUSE = 0x00050001; // with EPERM

type Instruction = readonly [code: number, yes: number, no: number, k: number];

/**
 * Forbids the calls of `FORBIDDEN` in all threads, and that any of them gains rights
 * by execve (no_new_privs). It cannot be undone.
 *
 * @throws {CallError} the kernel has no seccomp filters, or another filter refuses
 * @see seccomp(2), SECCOMP_FILTER_FLAG_TSYNC
 */
export function sealThreads(): void {
  const PR_SET_NO_NEW_PRIVS = 38n;
  const SECCOMP_SET_MODE_FILTER = 1n, SECCOMP_FILTER_FLAG_TSYNC = 1n;
  const isArm = Deno.build.arch === "aarch64";
  const filter = bytesOf(filterFor(isArm));
  // struct sock_fprog { u16 len; struct sock_filter *filter; }
  const address = BigInt(
    Deno.UnsafePointer.value(Deno.UnsafePointer.of(filter)),
  );
  const program = BigUint64Array.of(BigInt(filter.length / 8), address);
  call(libc, "prctl", PR_SET_NO_NEW_PRIVS, 1n, 0n, 0n, 0n);
  call(
    libc,
    "seccomp",
    isArm ? 277n : 317n,
    SECCOMP_SET_MODE_FILTER,
    SECCOMP_FILTER_FLAG_TSYNC,
    new Uint8Array(program.buffer),
  );
}

/** @see seccomp_data in linux/seccomp.h */
function filterFor(isArm: boolean): Instruction[] {
  const numbers = Object.values(FORBIDDEN).map((each) => each[Number(isArm)]!);
  const refuse = (at: number) => numbers.length - at;
  return [
    [LOAD, 0, 0, 4], // seccomp_data.arch
    [IF_EQUAL, 0, numbers.length + 3, ARCHITECTURES[Number(isArm)]!],
    [LOAD, 0, 0, 0], // seccomp_data.nr
    [IF_AT_LEAST, refuse(-1), 0, X32_BIT],
    ...numbers.map((number, at): Instruction => [
      IF_EQUAL,
      refuse(at),
      0,
      number,
    ]),
    [RETURN, 0, 0, ALLOW],
    [RETURN, 0, 0, REFUSE],
  ];
}

/** struct sock_filter { u16 code; u8 jt, jf; u32 k; } @see linux/filter.h */
function bytesOf(
  instructions: readonly Instruction[],
): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(instructions.length * 8));
  for (const [at, [code, yes, no, k]] of instructions.entries()) {
    view.setUint16(at * 8, code, true);
    view.setUint8(at * 8 + 2, yes);
    view.setUint8(at * 8 + 3, no);
    view.setUint32(at * 8 + 4, k, true);
  }
  return new Uint8Array(view.buffer);
}
