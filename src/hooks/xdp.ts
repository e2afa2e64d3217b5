/** The XDP hook: as soon as the driver has received a frame; one program per interface. */
import { EXIT } from "../basics/errors.ts";
import { XDP_FLAGS } from "../bpf/info.ts";
import { ATTACH_TYPE, Link } from "../bpf/link.ts";
import type { LoadedObject } from "../bpf/object.ts";
import { ERRNO } from "../ffi/errno.ts";
import type { Explain } from "./advice.ts";
import { noMemory } from "./advice.ts";
import type { Hook } from "./hook.ts";

const noNative: Explain = ({ driver }) => ({
  exitCode: EXIT.unsupported,
  why: `driver ${driver || "(unknown)"} has no native XDP`,
  remedy: "use --mode generic",
});

const refused: Explain = ({ driver, mtu, mode }) => ({
  exitCode: EXIT.unsupported,
  why: `driver ${
    driver || "(unknown)"
  } refuses ${mode} XDP in its current configuration (MTU ${mtu})`,
  remedy: mode === "generic"
    ? "use Linux 5.10 or later"
    : "lower the MTU, turn off LRO, free some queues, or use --mode generic",
});

export const xdp: Hook = {
  name: "xdp",
  label: "XDP",
  help: "the earliest hook; one program per interface",
  sees:
    "Frames as the driver receives them. What was merged before counts as one packet: by LRO or rx-gro-hw, by a guest behind a tap, or by the sender on a veth in generic mode. Generic mode turns off software GRO, LRO and rx-gro-hw while attached. What tc of another interface redirects here is not seen: in native mode if it is made to arrive here, in generic mode if mirred does that, or if it comes through the other end of a veth.",
  directions: ["in"],
  modes: ["native", "generic"],
  program: "xdptally",
  takesFragments: true,
  advice: {
    bpf_link_create: {
      [ERRNO.EOPNOTSUPP]: noNative,
      [ERRNO.ENOTSUPP]: noNative,
      [ERRNO.EINVAL]: refused,
      [ERRNO.ERANGE]: refused,
      [ERRNO.ENOSPC]: refused,
      // Attaching makes no map: usually the driver lacks queues.
      [ERRNO.ENOMEM]: (at) => at.mode === "native" ? refused(at) : noMemory(at),
    },
  },
  attach: ({ object, interface: { index }, mode }) =>
    attachIn(mode === "native" ? "native" : "generic", object, index),
  lookout: () => () => [], // there is no room for another program
  notice: ({ name, index }, _, mode) =>
    `Attached XDP program to iface "${name}" (index ${index}, ${mode} mode)`,
  explainShortfall({ mode, driver, counted }) {
    const other = mode === "native" ? "generic" : "native";
    return counted === 0n
      ? `driver ${
        driver || "(unknown)"
      } accepted the program but does not run it; try --mode ${other}`
      : `some frames bypass XDP in this mode; compare with --mode ${other}`;
  },
};

/** Attaches in one mode, without falling back. @throws {AttachError} */
export function attachIn(
  mode: "native" | "generic",
  object: LoadedObject,
  ifindex: number,
): Link {
  return new Link(object, ifindex, mode, ATTACH_TYPE.xdp, XDP_FLAGS[mode]);
}
