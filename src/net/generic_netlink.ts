/** A generic netlink socket, to ask the kernel what a driver can do with XDP. */
import { rescue } from "../ffi/errno.ts";
import { cString } from "../ffi/memory.ts";
import {
  attribute,
  type Attributes,
  attributesOf,
  Netlink,
} from "./netlink.ts";

/** Bytes of struct genlmsghdr. */
const GENERIC_HEADER = 4;

/**
 * A generic netlink socket.
 *
 * @see linux/genetlink.h
 */
export class GenericNetlink extends Netlink {
  /** @throws {CallError} */
  constructor() {
    const NETLINK_GENERIC = 16;
    super(NETLINK_GENERIC);
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
    type: number,
    value: Uint8Array,
  ): Attributes | undefined {
    const version = 1;
    const header = Uint8Array.of(command, version, 0, 0);
    return rescue(() => {
      const { messages: [message] } = this.request(
        family,
        0,
        header,
        attribute(type, value),
      );
      return message && attributesOf(message.subarray(GENERIC_HEADER));
    }, (error) => {
      if (error.call !== "netlink") throw error;
      return undefined;
    });
  }
}
