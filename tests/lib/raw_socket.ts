/** A packet socket (AF_PACKET): tests send whole Ethernet frames through it. */
import { checked } from "../../src/ffi/errno.ts";
import { libc } from "../../src/ffi/libc.ts";
import { cString } from "../../src/ffi/memory.ts";

const { symbols } = Deno.dlopen("libc.so.6", {
  setsockopt: {
    parameters: ["i32", "i32", "i32", "buffer", "u32"], // fd, level, optname, optval, optlen
    result: "i32",
  },
  sendto: {
    parameters: ["i32", "buffer", "usize", "i32", "buffer", "u32"], // fd, buf, n, flags, addr, addr_len
    result: "isize",
  },
});

const AF_PACKET = 17, SOCK_RAW = 3;

/** Sends frames unchanged out of an interface. @see packet(7) */
export class RawSocket {
  readonly #fd: number;
  readonly #address = new Uint8Array(20);

  /** @param isDirect frames go past the queueing discipline */
  constructor(interfaceName: string, isDirect = false) {
    const index = libc.if_nametoindex(cString(interfaceName));
    if (index === 0) throw new Error(`no interface "${interfaceName}"`);
    this.#fd = checked("socket", libc.socket(AF_PACKET, SOCK_RAW, 0));
    if (isDirect) {
      const SOL_PACKET = 263, PACKET_QDISC_BYPASS = 20;
      checked(
        "setsockopt",
        symbols.setsockopt(
          this.#fd,
          SOL_PACKET,
          PACKET_QDISC_BYPASS,
          new Uint8Array([1, 0, 0, 0]),
          4,
        ),
      );
    }
    // struct sockaddr_ll: family, protocol, ifindex, …
    const address = new DataView(this.#address.buffer);
    address.setUint16(0, AF_PACKET, true);
    address.setInt32(4, index, true);
  }

  send(frame: Uint8Array<ArrayBuffer>): void {
    const size = BigInt(frame.length);
    checked(
      "sendto",
      Number(symbols.sendto(this.#fd, frame, size, 0, this.#address, 20)),
    );
  }
}
