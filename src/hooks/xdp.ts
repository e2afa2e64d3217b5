/** XDP: where the driver has just received a frame. One program an interface. */
import { EXIT } from "../basics/errors.ts";
import { XDP_FLAGS } from "../bpf/info.ts";
import { ATTACH_TYPE, AttachError, Link } from "../bpf/link.ts";
import type { LoadedObject } from "../bpf/object.ts";
import { ERRNO, errnoText } from "../ffi/errno.ts";
import { reasonToAvoidNative } from "../net/drivers.ts";
import type { Explain } from "./advice.ts";
import { noMemory } from "./advice.ts";
import type { Attachment, Hook } from "./hook.ts";

const noNative: Explain = ({ driver }) => ({
  exitCode: EXIT.unsupported,
  why: `driver ${driver || "(unknown)"} has no native XDP`,
  remedy: "use --mode generic",
});

const refused: Explain = ({ driver, mtu, mode }) => ({
  exitCode: EXIT.unsupported,
  why: `driver ${
    driver || "(unknown)"
  } refuses ${mode} XDP as it is set up now (MTU ${mtu})`,
  remedy: mode === "generic"
    ? "Linux 5.10 or later is needed"
    : "lower the MTU, turn off LRO, free some queues, or use --mode generic",
});

export const xdp: Hook = {
  name: "xdp",
  label: "XDP",
  help: "the earliest; one program an interface",
  sees:
    "In native mode, frames as the driver received them. In generic mode the kernel may have merged several packets into one (GRO, LRO), which counts as one.",
  directions: ["in"],
  program: "xdptally",
  takesFragments: true,
  advice: {
    bpf_link_create: {
      [ERRNO.EOPNOTSUPP]: noNative,
      [ERRNO.ENOTSUPP]: noNative,
      [ERRNO.EINVAL]: refused,
      [ERRNO.ERANGE]: refused,
      [ERRNO.ENOSPC]: refused,
      // No map is made here: mostly the driver lacks queues.
      [ERRNO.ENOMEM]: (at) => at.mode === "native" ? refused(at) : noMemory(at),
    },
  },
  attach({ object, interface: { index, driver }, mode }) {
    return mode === "auto"
      ? attachAuto(object, index, reasonToAvoidNative(driver))
      : { link: attachIn(mode, object, index) };
  },
  notice: ({ name, index }, _, { mode }) =>
    `Attached XDP program to iface "${name}" (index ${index}, ${mode} mode)`,
  explainShortfall({ mode, driver, counted }) {
    const other = mode === "native" ? "generic" : "native";
    return counted === 0n
      ? `driver ${
        driver || "(unknown)"
      } took the program and does not run it; try --mode ${other}`
      : `some frames do not come by XDP there; compare with --mode ${other}`;
  },
};

/** @throws {AttachError} */
export function attachIn(
  mode: "native" | "generic",
  object: LoadedObject,
  ifindex: number,
): Link {
  return new Link(object, ifindex, mode, ATTACH_TYPE.xdp, XDP_FLAGS[mode]);
}

/**
 * Tries native, then generic. A slot that is taken is no reason to go on to
 * generic: the other program stays.
 *
 * @param avoidNative why native should not be tried here, if so
 * @throws {AttachError} from the last attempt
 */
function attachAuto(
  object: LoadedObject,
  ifindex: number,
  avoidNative: string | undefined,
): Attachment {
  const generic = () => attachIn("generic", object, ifindex);
  if (avoidNative !== undefined) {
    return { link: generic(), reason: avoidNative };
  }
  try {
    return { link: attachIn("native", object, ifindex) };
  } catch (error) {
    if (!(error instanceof AttachError) || FINAL.has(error.errno)) throw error;
    return {
      link: generic(),
      reason: `its driver refuses native mode: ${errnoText(error.errno)}`,
    };
  }
}

/** Refusals that generic mode would meet too. */
const FINAL = new Set<number>([
  ERRNO.EBUSY,
  ERRNO.EEXIST,
  ERRNO.EPERM,
  ERRNO.EACCES,
  ERRNO.ENODEV,
]);
