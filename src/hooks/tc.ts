/** The tc hook: a tcx link beside other programs, in both directions (Linux 6.6). */
import { EXIT } from "../basics/errors.ts";
import { ATTACH_TYPE, Link } from "../bpf/link.ts";
import { ERRNO } from "../ffi/errno.ts";
import type { Explain } from "./advice.ts";
import type { Hook } from "./hook.ts";

const noTcx: Explain = () => ({
  exitCode: EXIT.unsupported,
  why: "the kernel has no tcx links",
  remedy:
    "Linux 6.6 or later is needed (an older tc filter would outlive a kill)",
});

export const tc: Hook = {
  name: "tc",
  label: "tc",
  help:
    "beside an XDP program of somebody else, and for frames that go out; Linux 6.6",
  sees:
    "Packets after the kernel merged received ones (GRO) and before it divides sent ones (GSO), counted as the packets and bytes that they are on the wire. It does not see what an XDP program or an earlier tc program dropped or redirected.",
  directions: ["in", "out"],
  program: "xdptally_tc",
  takesFragments: false,
  advice: {
    // From libbpf 0.3, which does not know SEC("tc").
    bpf_object__load: { [ERRNO.EINVAL]: noTcx },
    bpf_link_create: { [ERRNO.EINVAL]: noTcx }, // before Linux 6.6
  },
  attach: ({ object, interface: { index }, direction }) => ({
    link: new Link(object, index, "tc", ATTACH_TYPE.tcx[direction]),
  }),
  turnsOffOffloads: () => false,
  isAttached: (link) => link.interfaceIndex() !== 0,
  notice: ({ name, index }, direction) =>
    `Attached tc program to iface "${name}" (index ${index}, frames that ${
      direction === "in" ? "come in" : "go out"
    })`,
  explainShortfall: () =>
    "some frames were dropped or redirected before tc saw them",
};
