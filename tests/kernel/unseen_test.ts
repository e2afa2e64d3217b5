/** What each hook does not see, as docs/safety.md has it, and whether the interface's own counter has it. */
import { assertEquals } from "@std/assert";
import { ethernetFrame } from "../lib/frames.ts";
import { lacksKernel } from "../lib/kernel.ts";
import { Namespace } from "../lib/stage.ts";
import { send } from "../lib/traffic.ts";
import { Capture } from "../lib/xdptally.ts";

const TCX = lacksKernel(6, 6, "tcx links");
const OBJECT = new URL("../../dist/tests/flood.bpf.o", import.meta.url)
  .pathname.replaceAll("%20", " ");
const SENT = 10;

const native = ["--mode", "native", "vb"];
const generic = ["--mode", "generic", "vb"];
const tc = ["--hook", "tc", "vb"];
/** Watches the other end, on the way out. */
const out = ["--direction", "out", "va"];

interface Unseen {
  readonly what: string;
  /** Sends `SENT` frames that the interfaces get this way. */
  readonly arrange: (stage: Stage) => Promise<void>;
  readonly missedBy: readonly (readonly string[])[];
  readonly seenBy: readonly (readonly string[])[];
  /** What `vb` has received, and `va` has sent, by their own counters. */
  readonly counters: { readonly received: number; readonly sent: number };
}

/** `sa` -> `sb`, where a program may pass the frame on to `va` -> `vb`. */
class Stage extends Namespace {
  constructor() {
    super();
    this.veth("sa", "sb");
    const indexes = [["51"], ["index", "50"]] as const;
    this.ip(
      ...["link", "add", "name", "va", "index", ...indexes[0]],
      ...["type", "veth", "peer", "name", "vb", ...indexes[1]],
    );
    this.run("ethtool", "-K", "vb", "gro", "on"); // XDP_REDIRECT needs its NAPI
    for (const name of ["va", "vb"]) this.ip("link", "set", "dev", name, "up");
  }

  xdp(device: string, mode: string, program: string): void {
    const load = ["object", OBJECT, "program", program];
    this.ip("link", "set", "dev", device, mode, ...load);
  }

  /** Adds a filter for all frames that come in at `sb`. */
  filter(...filter: string[]): void {
    this.run("tc", "qdisc", "add", "dev", "sb", "clsact");
    this.run(
      ...["tc", "filter", "add", "dev", "sb", "ingress", "protocol", "all"],
      ...filter,
    );
  }

  async send(from: string, way?: "direct"): Promise<void> {
    await send(this, from, [ethernetFrame("10.0.0.1")], SENT, undefined, way);
  }

  counters(): Unseen["counters"] {
    const [va] = JSON.parse(this.ip("-s", "-j", "link", "show", "dev", "va"));
    return {
      received: this.settledRxPackets("vb"),
      sent: va.stats64.tx.packets,
    };
  }
}

/** All frames match. */
const mirred = (way: string, device: string) =>
  `u32 match u32 0 0 action mirred ${way} redirect dev ${device}`.split(" ");
const program = (name: string) => ["bpf", "da", "obj", OBJECT, "program", name];
const filtered = (filter: readonly string[]) => async (stage: Stage) => {
  stage.filter(...filter);
  await stage.send("sa");
};
const redirected = (mode: string) => async (stage: Stage) => {
  stage.xdp("sb", mode, "xdp_redirect");
  await stage.send("sa");
};

const both = { received: SENT, sent: SENT };
const none = { received: 0, sent: 0 };

const UNSEEN: readonly Unseen[] = [
  {
    what: "an XDP program of the interface drops it",
    arrange: async (stage) => {
      stage.xdp("vb", "xdpdrv", "drop");
      await stage.send("va");
    },
    missedBy: [tc],
    seenBy: [out],
    counters: both,
  },
  {
    what: "an XDP program of the interface redirects it",
    arrange: redirected("xdpgeneric"),
    missedBy: [["--hook", "tc", "sb"]],
    seenBy: [["--direction", "out", "sa"]],
    counters: both,
  },
  {
    what: "it is sent past the queueing discipline",
    arrange: (stage) => stage.send("va", "direct"),
    missedBy: [out],
    seenBy: [native, generic, tc],
    counters: both,
  },
  {
    what: "an XDP program of another interface sends it",
    arrange: redirected("xdpdrv"),
    missedBy: [out],
    seenBy: [native, generic, tc],
    counters: both,
  },
  {
    what: "a filter of another interface makes it arrive here",
    arrange: filtered(mirred("ingress", "vb")),
    missedBy: [native, generic],
    seenBy: [tc],
    counters: none,
  },
  {
    what: "a program of another interface makes it arrive here",
    arrange: filtered(program("tc_redirect_in")),
    missedBy: [native],
    seenBy: [generic, tc],
    counters: none,
  },
  {
    what: "a filter sends it to the other end of the veth",
    arrange: filtered(mirred("egress", "va")),
    missedBy: [generic],
    seenBy: [native, tc, out],
    counters: both,
  },
  {
    what: "a program sends it to the other end of the veth",
    arrange: filtered(program("tc_redirect")),
    missedBy: [generic],
    seenBy: [native, tc, out],
    counters: both,
  },
];

/** The reverse: counted, and not sent. */
const KEPT_LATER: Unseen = {
  what: "a filter behind xdptally keeps it",
  arrange: async (stage) => {
    stage.run("tc", "qdisc", "add", "dev", "va", "clsact");
    const filter = ["tc", "filter", "add", "dev", "va", "egress"];
    stage.run(...filter, "protocol", "all", ...mirred("egress", "sa"));
    await stage.send("va");
  },
  missedBy: [tc],
  seenBy: [out],
  counters: none,
};

for (
  const { what, arrange, missedBy, seenBy, counters } of [...UNSEEN, KEPT_LATER]
) {
  for (
    const { ways, count } of [
      { ways: missedBy, count: 0 },
      { ways: seenBy, count: SENT },
    ]
  ) {
    for (const args of ways) {
      Deno.test({
        name: `${what}: ${args.join(" ")} counts ${count} of ${SENT}`,
        ignore: TCX,
        fn: async () => {
          using stage = new Stage();
          await using capture = new Capture(["-i", "1h", ...args], {
            in: stage.name,
          });
          await capture.attached();
          await arrange(stage);
          assertEquals(stage.counters(), counters);
          const { record } = await capture.end("SIGINT");
          assertEquals(record.total.packets, count);
        },
      });
    }
  }
}
