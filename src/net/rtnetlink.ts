/** Asks the kernel for interfaces by rtnetlink, which knows their kind and all their names. */
import { ERRNO, rescue } from "../ffi/errno.ts";
import { cString, fieldText } from "../ffi/memory.ts";
import { attribute, attributesOf, Netlink, NLM_F_DUMP } from "./netlink.ts";

/** Bytes of struct ifinfomsg, and where its fields are. */
const IFINFOMSG = 16, HARDWARE_TYPE = 2, INDEX = 4, FLAGS = 8;
/** @see linux/if_link.h, linux/rtnetlink.h */
const IFLA_IFNAME = 3, IFLA_MTU = 4, IFLA_LINKINFO = 18, IFLA_EXT_MASK = 29;
const IFLA_XDP = 43, IFLA_ALT_IFNAME = 53, IFLA_INFO_KIND = 1;
const RTM_GETLINK = 18;

/** Longest alternative name, in bytes (ALTIFNAMSIZ without its NUL). */
const LONGEST_NAME = 127;

/** Leaves out the counters of IPv6, which the kernel sums over all CPUs. */
const WITHOUT_IPV6_COUNTERS = attribute(
  IFLA_EXT_MASK,
  new Uint8Array(Uint32Array.of(1 << 3).buffer), // RTEXT_FILTER_SKIP_STATS
);

/**
 * A network interface of this process's namespace, as the kernel describes it;
 * /sys/class/net may show another namespace, that of the mount.
 */
export interface Interface {
  readonly name: string;
  readonly index: number;
  /** IFF_* of linux/if.h. */
  readonly flags: number;
  readonly mtu: number;
  /** ARPHRD_* of linux/if_arp.h. */
  readonly hardwareType: number;
  /**
   * The rtnetlink kind of a virtual interface: veth, tun (tap, too), bridge, bond,
   * vlan, macvlan, wireguard, gre, …; empty for others (a NIC, loopback), and
   * where the kernel does not say.
   */
  readonly kind: string;
  /** The id of the XDP program on it; undefined: none, or the kernel does not say. */
  readonly xdpProgram?: number | undefined;
  /** Where that program runs: in the driver, after it, or in the card. */
  readonly xdpMode?: XdpMode | undefined;
}

type XdpMode = "native" | "generic" | "offloaded";

/** A socket to ask for interfaces. @see rtnetlink(7) */
export class RouteNetlink extends Netlink {
  /** @throws {CallError} */
  constructor() {
    const NETLINK_ROUTE = 0;
    super(NETLINK_ROUTE);
  }

  /**
   * The interface of a name, an alternative name or an index; undefined: there is
   * none.
   *
   * @throws {CallError}
   */
  find(asked: string | number): Interface | undefined {
    const byIndex = typeof asked === "number";
    const name = cString(byIndex ? "" : asked);
    if (name.length - 1 > LONGEST_NAME) return undefined;
    // The kernel finds its own name of an interface as an alternative name, too.
    const wanted = byIndex ? [] : [attribute(IFLA_ALT_IFNAME, name)];
    return rescue(() => {
      const { messages: [message] } = this.request(
        RTM_GETLINK,
        0,
        request(byIndex ? asked : 0),
        WITHOUT_IPV6_COUNTERS,
        ...wanted,
      );
      return message && interfaceOf(message);
    }, (error) => {
      if (error.errno !== ERRNO.ENODEV) throw error;
      return undefined;
    });
  }

  /** All interfaces, in the kernel's order. @throws {CallError} */
  list(): Interface[] {
    // While interfaces come and go all the time, no dump may be a whole one.
    const ATTEMPTS = 10;
    for (let attempt = 1;; attempt++) {
      const { messages, isInterrupted } = this.request(
        RTM_GETLINK,
        NLM_F_DUMP,
        request(0),
        WITHOUT_IPV6_COUNTERS,
      );
      if (!isInterrupted || attempt === ATTEMPTS) {
        return messages.map(interfaceOf);
      }
    }
  }
}

/** struct ifinfomsg of a request. */
function request(index: number): Uint8Array {
  const bytes = new Uint8Array(IFINFOMSG);
  new DataView(bytes.buffer).setInt32(INDEX, index, true);
  return bytes;
}

/** The interface that a message describes. */
function interfaceOf(message: Uint8Array): Interface {
  const { buffer, byteOffset } = message;
  const header = new DataView(buffer, byteOffset, IFINFOMSG);
  const attributes = attributesOf(message.subarray(IFINFOMSG));
  const info = attributes.get(IFLA_LINKINFO);
  return {
    name: text(attributes.get(IFLA_IFNAME)),
    index: header.getInt32(INDEX, true),
    flags: header.getUint32(FLAGS, true),
    mtu: attributes.get(IFLA_MTU)?.getUint32(0, true) ?? 0,
    hardwareType: header.getUint16(HARDWARE_TYPE, true),
    kind: text(info && attributesOf(info).get(IFLA_INFO_KIND)),
    ...programOf(attributes.get(IFLA_XDP)),
  };
}

/** The XDP program, the earliest that frames meet. */
function programOf(
  xdp: DataView | undefined,
): Pick<Interface, "xdpProgram" | "xdpMode"> {
  // IFLA_XDP_HW_PROG_ID, IFLA_XDP_DRV_PROG_ID, IFLA_XDP_SKB_PROG_ID
  const MODES = [["offloaded", 7], ["native", 5], ["generic", 6]] as const;
  const ids = xdp && attributesOf(xdp);
  for (const [xdpMode, attribute] of MODES) {
    const xdpProgram = ids?.get(attribute)?.getUint32(0, true) ?? 0;
    if (xdpProgram !== 0) return { xdpProgram, xdpMode };
  }
  return {};
}

/** The string in an attribute; empty if it is missing. */
function text(value: DataView | undefined): string {
  if (value === undefined) return "";
  const { buffer, byteOffset, byteLength } = value;
  return fieldText(
    new Uint8Array(buffer, byteOffset, byteLength),
    0,
    byteLength,
  );
}
