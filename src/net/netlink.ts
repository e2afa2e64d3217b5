/** A generic netlink socket, to ask the kernel what a driver can do with XDP. */
import { call } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";
import { cString } from "../ffi/memory.ts";

/** Bytes of struct nlmsghdr, struct genlmsghdr and struct nlattr. */
const HEADER = 16, GENERIC_HEADER = 4, ATTRIBUTE = 4;

/** The payload of each attribute, by its type. */
type Attributes = ReadonlyMap<number, DataView>;

/**
 * A generic netlink socket. It sends one request and reads its answer at a time.
 *
 * @see netlink(7), linux/genetlink.h
 */
export class GenericNetlink implements Disposable {
  readonly #fd: number;

  /** @throws {CallError} */
  constructor() {
    const AF_NETLINK = 16, SOCK_RAW = 3, SOCK_CLOEXEC = 0o2000000;
    const NETLINK_GENERIC = 16;
    const type = SOCK_RAW | SOCK_CLOEXEC;
    this.#fd = call(libc, "socket", AF_NETLINK, type, NETLINK_GENERIC);
  }

  /** The number of a family; undefined: the kernel lacks it. @throws {CallError} */
  family(name: string): number | undefined {
    const GENL_ID_CTRL = 0x10, CTRL_CMD_GETFAMILY = 3;
    const CTRL_ATTR_FAMILY_ID = 1, CTRL_ATTR_FAMILY_NAME = 2;
    return this.ask(
      GENL_ID_CTRL,
      CTRL_CMD_GETFAMILY,
      CTRL_ATTR_FAMILY_NAME,
      cString(name),
    )?.get(CTRL_ATTR_FAMILY_ID)?.getUint16(0, true);
  }

  /**
   * Sends a command with one attribute.
   *
   * @returns the attributes of the answer; undefined: it is an error
   * @throws {CallError} sending or receiving failed
   */
  ask(
    family: number,
    command: number,
    attribute: number,
    value: Uint8Array,
  ): Attributes | undefined {
    const NLM_F_REQUEST = 1, NLMSG_ERROR = 2;
    const length = HEADER + GENERIC_HEADER + ATTRIBUTE + value.length;
    const message = new Uint8Array(align(length));
    const view = new DataView(message.buffer);
    view.setUint32(0, length, true);
    view.setUint16(4, family, true);
    view.setUint16(6, NLM_F_REQUEST, true);
    view.setUint8(HEADER, command);
    view.setUint8(HEADER + 1, 1); // version
    const at = HEADER + GENERIC_HEADER;
    view.setUint16(at, ATTRIBUTE + value.length, true);
    view.setUint16(at + 2, attribute, true);
    message.set(value, at + ATTRIBUTE);
    call(libc, "send", this.#fd, message, BigInt(message.length), 0);

    const answer = new Uint8Array(32_768);
    const size = call(libc, "recv", this.#fd, answer, BigInt(answer.length), 0);
    const header = new DataView(answer.buffer);
    if (header.getUint16(4, true) === NLMSG_ERROR) return undefined;
    const end = Math.min(size, header.getUint32(0, true));
    return attributesOf(answer.subarray(HEADER + GENERIC_HEADER, end));
  }

  [Symbol.dispose](): void {
    libc.close(this.#fd);
  }
}

function attributesOf(bytes: Uint8Array): Attributes {
  const attributes = new Map<number, DataView>();
  const TYPE_MASK = 0x3fff;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at + ATTRIBUTE <= bytes.length;) {
    const length = view.getUint16(at, true);
    if (length < ATTRIBUTE || at + length > bytes.length) break;
    attributes.set(
      view.getUint16(at + 2, true) & TYPE_MASK,
      new DataView(
        bytes.buffer,
        bytes.byteOffset + at + ATTRIBUTE,
        length - ATTRIBUTE,
      ),
    );
    at += align(length);
  }
  return attributes;
}

/** Rounds up to the 4 bytes that netlink aligns by (NLMSG_ALIGN). */
function align(length: number): number {
  return (length + 3) & ~3;
}
