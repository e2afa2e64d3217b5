/** Declares and opens the C library for Deno's FFI. */

/**
 * The functions of the C library that xdptally calls; comments name their
 * parameters. Variadic ones (fcntl, ioctl, prctl, syscall) are declared with the
 * parameters that xdptally passes: on x86-64 and aarch64 Linux that is the same
 * call.
 */
const LIBC = {
  __errno_location: { parameters: [], result: "pointer" },
  strerror: { parameters: ["i32"], result: "pointer" }, // errnum

  fchmod: { parameters: ["i32", "u32"], result: "i32" }, // fd, mode
  mkdirat: { parameters: ["i32", "buffer", "u32"], result: "i32" }, // dirfd, path, mode
  openat: {
    parameters: ["i32", "buffer", "i32", "u32"], // dirfd, path, flags, mode
    result: "i32",
  },
  readlinkat: {
    parameters: ["i32", "buffer", "buffer", "usize"], // dirfd, path, buf, size
    result: "isize",
  },
  renameat: {
    parameters: ["i32", "buffer", "i32", "buffer"], // olddirfd, oldpath, newdirfd, newpath
    result: "i32",
  },
  statx: {
    parameters: ["i32", "buffer", "i32", "u32", "buffer"], // dirfd, path, flags, mask, statxbuf
    result: "i32",
  },
  unlinkat: { parameters: ["i32", "buffer", "i32"], result: "i32" }, // dirfd, path, flags

  clock_gettime: { parameters: ["i32", "buffer"], result: "i32" }, // clockid, tp
  fcntl: { parameters: ["i32", "i32"], result: "i32" }, // fd, op
  close: { parameters: ["i32"], result: "i32" }, // fd
  getrlimit: { parameters: ["i32", "buffer"], result: "i32" }, // resource, rlim
  ioctl: { parameters: ["i32", "usize", "buffer"], result: "i32" }, // fd, request, argp
  mmap: {
    parameters: ["pointer", "usize", "i32", "i32", "i32", "i64"], // addr, length, prot, flags, fd, offset
    result: "isize",
  },
  munmap: { parameters: ["pointer", "usize"], result: "i32" }, // addr, length
  localtime_r: { parameters: ["buffer", "buffer"], result: "pointer" }, // timep, result
  memfd_create: { parameters: ["buffer", "u32"], result: "i32" }, // name, flags
  poll: {
    parameters: ["buffer", "usize", "i32"],
    result: "i32",
    nonblocking: true,
  }, // fds, nfds, timeout
  recv: {
    parameters: ["i32", "buffer", "usize", "i32"], // sockfd, buf, len, flags
    result: "isize",
  },
  sched_getaffinity: {
    parameters: ["i32", "usize", "buffer"], // pid, cpusetsize, mask
    result: "i32",
  },
  send: {
    parameters: ["i32", "buffer", "usize", "i32"], // sockfd, buf, len, flags
    result: "isize",
  },
  sendto: {
    parameters: ["i32", "buffer", "usize", "i32", "buffer", "u32"], // sockfd, buf, len, flags, dest_addr, addrlen
    result: "isize",
  },
  setrlimit: { parameters: ["i32", "buffer"], result: "i32" }, // resource, rlim
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" }, // domain, type, protocol
  vsnprintf: {
    parameters: ["buffer", "usize", "pointer", "pointer"], // s, maxlen, format, arg
    result: "i32",
  },
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" }, // fd, buf, n

  prctl: {
    parameters: ["i64", "i64", "i64", "i64", "i64"], // option, arg2 to arg5
    result: "i32",
  },
  tzset: { parameters: [], result: "void" },
  syscall: {
    parameters: ["i64", "i64", "buffer", "i64", "i64"], // number, its arguments
    result: "i64",
  },
  seccomp: {
    name: "syscall", // the C library has no function of that name
    parameters: ["i64", "i64", "i64", "buffer"], // number, operation, flags, args
    result: "i64",
  },
  capset: { parameters: ["buffer", "buffer"], result: "i32" }, // hdrp, datap

  getegid: { parameters: [], result: "u32" },
  geteuid: { parameters: [], result: "u32" },
  getgrouplist: {
    parameters: ["buffer", "u32", "buffer", "buffer"], // user, group, groups, ngroups
    result: "i32",
  },
  getgroups: { parameters: ["i32", "buffer"], result: "i32" }, // size, list
  getpwnam: { parameters: ["buffer"], result: "pointer" }, // name
  getpwuid: { parameters: ["u32"], result: "pointer" }, // uid
  setfsgid: { parameters: ["u32"], result: "i32" }, // fsgid
  setfsuid: { parameters: ["u32"], result: "i32" }, // fsuid
  setgroups: { parameters: ["usize", "buffer"], result: "i32" }, // size, list
  setresgid: { parameters: ["u32", "u32", "u32"], result: "i32" }, // rgid, egid, sgid
  setresuid: { parameters: ["u32", "u32", "u32"], result: "i32" }, // ruid, euid, suid

  if_nametoindex: { parameters: ["buffer"], result: "u32" }, // ifname
} as const satisfies Deno.ForeignLibraryInterface;

/** The C library, which every Deno process has loaded. */
export const libc = Deno.dlopen("libc.so.6", LIBC).symbols;
