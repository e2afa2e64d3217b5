/**
 * Plays systemd: a unix datagram socket whose messages are printed, each as a line of
 * JSON. An abstract name (@…) is one of the network namespace that it runs in.
 * usage: notify_socket.ts NAME
 */
import { checked } from "../../src/ffi/errno.ts";
import { libc } from "../../src/ffi/libc.ts";

const { symbols } = Deno.dlopen("libc.so.6", {
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" }, // sockfd, addr, addrlen
  blocking_recv: {
    name: "recv",
    parameters: ["i32", "buffer", "usize", "i32"], // sockfd, buf, len, flags
    result: "isize",
    nonblocking: true,
  },
});

const AF_UNIX = 1, SOCK_DGRAM = 2;

if (import.meta.main) {
  const [name = ""] = Deno.args;
  const socket = checked("socket", libc.socket(AF_UNIX, SOCK_DGRAM, 0));
  const path = new TextEncoder().encode(name.replace(/^@/, "\0"));
  const address = Uint8Array.of(AF_UNIX, 0, ...path);
  checked("bind", symbols.bind(socket, address, address.length));
  console.log(JSON.stringify("bound"));
  const buffer = new Uint8Array(4096);
  for (;;) {
    const size = await symbols.blocking_recv(socket, buffer, 4096n, 0);
    const text = new TextDecoder().decode(buffer.subarray(0, Number(size)));
    console.log(JSON.stringify(text));
  }
}
