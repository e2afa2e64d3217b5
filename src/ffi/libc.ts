/**
 * The functions of the C library that xdptally calls. Variadic ones (ioctl)
 * are declared with the parameters that they are called with, which is the
 * same call on x86-64 and aarch64 Linux.
 */
const LIBC = {
  __errno_location: { parameters: [], result: "pointer" },
  strerror: { parameters: ["i32"], result: "pointer" }, // errnum

  clock_gettime: { parameters: ["i32", "buffer"], result: "i32" }, // clockid, tp
  fcntl: { parameters: ["i32", "i32"], result: "i32" }, // fd, op
  close: { parameters: ["i32"], result: "i32" }, // fd
  getrlimit: { parameters: ["i32", "buffer"], result: "i32" }, // resource, rlim
  ioctl: { parameters: ["i32", "usize", "buffer"], result: "i32" }, // fd, request, argp
  memfd_create: { parameters: ["buffer", "u32"], result: "i32" }, // name, flags
  poll: {
    parameters: ["buffer", "usize", "i32"],
    result: "i32",
    nonblocking: true,
  }, // fds, nfds, timeout
  setrlimit: { parameters: ["i32", "buffer"], result: "i32" }, // resource, rlim
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" }, // domain, type, protocol
  vsnprintf: {
    parameters: ["buffer", "usize", "pointer", "pointer"], // s, maxlen, format, arg
    result: "i32",
  },
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" }, // fd, buf, n

  if_freenameindex: { parameters: ["pointer"], result: "void" }, // ptr
  if_indextoname: { parameters: ["u32", "buffer"], result: "pointer" }, // ifindex, ifname
  if_nameindex: { parameters: [], result: "pointer" },
  if_nametoindex: { parameters: ["buffer"], result: "u32" }, // ifname
} as const satisfies Deno.ForeignLibraryInterface;

/** The C library; it is part of every process that Deno runs in. */
export const libc = Deno.dlopen("libc.so.6", LIBC).symbols;
