/**
 * Sends frames out of an interface of this namespace, as they are.
 * usage: send.ts INTERFACE [ROUNDS [MS-BETWEEN]] < frames, one a line, in hexadecimal
 */
import { check } from "../../src/ffi/errno.ts";
import { cString } from "../../src/ffi/memory.ts";

const { symbols: libc } = Deno.dlopen("libc.so.6", {
  if_nametoindex: { parameters: ["buffer"], result: "u32" },
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  sendto: {
    parameters: ["i32", "buffer", "usize", "i32", "buffer", "u32"], // fd, buf, n, flags, addr, addr_len
    result: "isize",
  },
});

const AF_PACKET = 17, SOCK_RAW = 3;

const [name, repeat = "1", every = "0"] = Deno.args;
const input = await new Response(Deno.stdin.readable).text();
const frames = input.split("\n").filter((line) => line !== "").map((line) => Uint8Array.fromHex(line));

const index = libc.if_nametoindex(cString(name!));
if (index === 0) throw new Error(`no interface ${name}`);
const fd = check("socket", libc.socket(AF_PACKET, SOCK_RAW, 0));
// struct sockaddr_ll: family, protocol, ifindex, hatype, pkttype, halen, addr[8]
const address = new Uint8Array(20);
const view = new DataView(address.buffer);
view.setUint16(0, AF_PACKET, true);
view.setInt32(4, index, true);
for (let round = 0; round < Number(repeat); round++) {
  for (const frame of frames) {
    check("sendto", Number(libc.sendto(fd, frame, BigInt(frame.length), 0, address, 20)));
  }
  if (every !== "0") await new Promise((resolve) => setTimeout(resolve, Number(every)));
}
