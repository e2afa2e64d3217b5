/** A netlink socket: requests to the kernel, and the attributes in its answers. */
import { call, CallError } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";

/** Bytes of struct nlmsghdr and struct nlattr. */
const HEADER = 16, ATTRIBUTE = 4;

/** More than the kernel sends at once: it limits datagrams of a dump to 32 kB, and nested attributes to 64. */
const BUFFER = 131_072;

/** Flags of a request or an answer. @see linux/netlink.h */
const NLM_F_REQUEST = 1, NLM_F_MULTI = 2, NLM_F_DUMP_INTR = 0x10;
export const NLM_F_DUMP = 0x300;

/** The payload of each attribute, by its type. */
export type Attributes = ReadonlyMap<number, DataView>;

/** What the kernel answers. */
interface Answer {
  /** The payload of each message. */
  readonly messages: readonly Uint8Array[];
  /** What is dumped changed meanwhile, so that some of it may be missing. */
  readonly isInterrupted: boolean;
}

/**
 * A netlink socket. It sends one request and reads its whole answer at a time.
 *
 * @see netlink(7)
 */
export class Netlink implements Disposable {
  readonly #fd: number;

  /** @throws {CallError} from `socket`: the address family is denied */
  constructor(protocol: number) {
    const AF_NETLINK = 16, SOCK_RAW = 3, SOCK_CLOEXEC = 0o2000000;
    const type = SOCK_RAW | SOCK_CLOEXEC;
    this.#fd = call(libc, "socket", AF_NETLINK, type, protocol);
  }

  /**
   * Sends a request.
   *
   * @param flags besides NLM_F_REQUEST
   * @throws {CallError} sending or receiving failed; from `netlink`: the kernel
   * answered with an error
   */
  request(type: number, flags: number, ...payload: Uint8Array[]): Answer {
    const message = padded(header(type, flags, payload), ...payload);
    call(libc, "send", this.#fd, message, BigInt(message.length), 0);
    const answer = { messages: [] as Uint8Array[], isInterrupted: false };
    const buffer = new Uint8Array(BUFFER);
    while (!this.#receive(buffer, answer));
    return answer;
  }

  /** Receives a datagram. @returns whether the answer is complete */
  #receive(
    buffer: Uint8Array<ArrayBuffer>,
    answer: { messages: Uint8Array[]; isInterrupted: boolean },
  ): boolean {
    const NLMSG_ERROR = 2, NLMSG_DONE = 3;
    const size = call(libc, "recv", this.#fd, buffer, BigInt(BUFFER), 0);
    const bytes = buffer.slice(0, size);
    const view = new DataView(bytes.buffer);
    let isMulti = false;
    for (let at = 0; at + HEADER <= size;) {
      const length = view.getUint32(at, true);
      const type = view.getUint16(at + 4, true);
      const flags = view.getUint16(at + 6, true);
      if ((flags & NLM_F_DUMP_INTR) !== 0) answer.isInterrupted = true;
      if (type === NLMSG_ERROR || type === NLMSG_DONE) {
        const errno = -view.getInt32(at + HEADER, true);
        if (errno > 0) throw new CallError("netlink", errno);
        return true;
      }
      answer.messages.push(bytes.subarray(at + HEADER, at + length));
      isMulti = (flags & NLM_F_MULTI) !== 0;
      at += align(Math.max(length, HEADER));
    }
    return !isMulti;
  }

  [Symbol.dispose](): void {
    libc.close(this.#fd);
  }
}

/** struct nlmsghdr, for a payload. */
function header(
  type: number,
  flags: number,
  payload: readonly Uint8Array[],
): Uint8Array {
  const length = payload.reduce(
    (sum, part) => sum + align(part.length),
    HEADER,
  );
  const bytes = new Uint8Array(HEADER);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, length, true);
  view.setUint16(4, type, true);
  view.setUint16(6, flags | NLM_F_REQUEST, true);
  return bytes;
}

/** An attribute of a request. */
export function attribute(type: number, value: Uint8Array): Uint8Array {
  const start = Uint16Array.of(ATTRIBUTE + value.length, type);
  return padded(new Uint8Array(start.buffer), value);
}

/** Parts in a row, each one padded. */
function padded(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const size = parts.reduce((sum, part) => sum + align(part.length), 0);
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += align(part.length);
  }
  return bytes;
}

/** The attributes in `bytes`; of those with the same type, the last one. */
export function attributesOf(bytes: Uint8Array | DataView): Attributes {
  const attributes = new Map<number, DataView>();
  const TYPE_MASK = 0x3fff;
  const { buffer, byteOffset, byteLength } = bytes;
  const view = new DataView(buffer, byteOffset, byteLength);
  for (let at = 0; at + ATTRIBUTE <= byteLength;) {
    const length = view.getUint16(at, true);
    if (length < ATTRIBUTE || at + length > byteLength) break;
    attributes.set(
      view.getUint16(at + 2, true) & TYPE_MASK,
      new DataView(buffer, byteOffset + at + ATTRIBUTE, length - ATTRIBUTE),
    );
    at += align(length);
  }
  return attributes;
}

/** Rounds up to the 4 bytes that netlink aligns by (NLMSG_ALIGN). */
function align(length: number): number {
  return (length + 3) & ~3;
}
