/** The tc hook: a tcx link, which coexists with other programs, in both directions. */
import { EXIT } from "../basics/errors.ts";
import { Holders } from "../bpf/holder.ts";
import { programId } from "../bpf/info.ts";
import { type Attendant, LineupReader } from "../bpf/lineup.ts";
import { ATTACH_TYPE, Link } from "../bpf/link.ts";
import { ERRNO } from "../ffi/errno.ts";
import type { Explain } from "./advice.ts";
import type { Hook } from "./hook.ts";
import { FULL } from "./obstacles.ts";

/**
 * Puts the program before all others, so that none of them hides a frame from it.
 * Of linux/bpf.h.
 */
const BPF_F_BEFORE = 8;

const noTcx: Explain = () => ({
  exitCode: EXIT.unsupported,
  why: "the kernel has no tcx links",
  remedy:
    "use Linux 6.6 or later (an older tc filter stays attached after a kill)",
});

export const tc: Hook = {
  name: "tc",
  label: "tc",
  help: "coexists with other programs; also outgoing frames; Linux 6.6",
  sees:
    "Packets after the kernel merged received ones (GRO) and before it divides sent ones (GSO), counted as packets and bytes on the wire. So are those that a virtual machine merged, and those inside tunnels (for these the kernel needs BTF). It is first among the tcx programs when it attaches. It does not see what an XDP program of the interface drops or redirects, nor what a tcx program that is put before it later keeps (a warning names both), nor what goes out past the queueing discipline (PACKET_QDISC_BYPASS, XDP_REDIRECT). It does count what is dropped behind it on the way out.",
  directions: ["in", "out"],
  modes: ["tc"],
  program: "xdptally_tc",
  takesFragments: false,
  wrongWithoutBtf:
    "packets that were merged inside a tunnel (VXLAN, IP in IP) count with too few bytes",
  advice: {
    // From libbpf 0.3, which does not know SEC("tc").
    bpf_object__load: { [ERRNO.EINVAL]: noTcx },
    bpf_link_create: {
      [ERRNO.EINVAL]: noTcx, // before Linux 6.6
      [ERRNO.ERANGE]: () => ({
        exitCode: EXIT.unsupported,
        ...FULL,
      }),
    },
  },
  attach: ({ object, interface: { index }, direction }) => {
    const type = ATTACH_TYPE.tcx[direction];
    return new Link(object, index, "tc", type, BPF_F_BEFORE);
  },
  lookout(lib, ifindex, direction, own) {
    const reader = LineupReader.of(lib);
    if (reader === undefined) return undefined;
    const id = programId(lib, own.programFd);
    /** Names that were looked up: a run that gave up its rights knows fewer. */
    const names = new Map<number, string>();
    const nameOf = ({ id, name }: Attendant) => {
      if (!names.has(id)) names.set(id, new Holders(lib).owned(id, name));
      return names.get(id)!;
    };
    return () => {
      const { xdp, tcx } = reader.read(ifindex, direction);
      const place = tcx.findIndex((one) => one.id === id);
      return [
        ...(direction === "in" ? xdp : []).map((one) =>
          `XDP program ${nameOf(one)} is before xdptally`
        ),
        ...tcx.slice(0, Math.max(place, 0)).map((one, at) =>
          `tcx program ${nameOf(one)} is number ${
            at + 1
          }, before xdptally (number ${place + 1})`
        ),
      ];
    };
  },
  notice: ({ name, index }, direction) =>
    `Attached tc program to iface "${name}" (index ${index}, ${
      direction === "in" ? "incoming" : "outgoing"
    } frames)`,
  explainShortfall: ({ direction }) =>
    direction === "in"
      ? "some frames were dropped or redirected before tc saw them: by XDP, by another tcx program, or by a bridge's filter"
      : "some frames were queued before the run began, or were sent past tc (PACKET_QDISC_BYPASS), or a tcx program before it took them",
};
