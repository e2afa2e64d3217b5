/** Two hosts and the wire between them, for TCP whose packets are merged. */
import { Namespace } from "./stage.ts";
import { readUntil } from "./xdptally.ts";

/**
 * Two namespaces with a veth pair. What `va` sends is divided before it gets to
 * the pair, and what `vb` receives is merged after XDP: there XDP sees the frames
 * of the wire, and tc merged ones at both ends.
 */
export class Wire implements Disposable {
  readonly sender = new Namespace();
  readonly receiver = new Namespace();

  constructor() {
    const { sender, receiver } = this;
    const peer = ["netns", receiver.name];
    sender.ip("link", "add", "va", "type", "veth", "peer", "vb", ...peer);
    for (
      const [end, device, number] of [
        [sender, "va", 1],
        [receiver, "vb", 2],
      ] as const
    ) {
      end.run("sysctl", "-qw", `net.ipv6.conf.${device}.disable_ipv6=0`);
      end.ip("addr", "add", `10.77.0.${number}/24`, "dev", device);
      end.ip("addr", "add", `fd77::${number}/64`, "dev", device, "nodad");
      end.ip("link", "set", "dev", device, "up");
    }
    const divided = ["tso", "tx-udp-segmentation", "tx-udp_tnl-segmentation"];
    for (const feature of divided) {
      sender.run("ethtool", "-K", "va", feature, "off");
    }
    receiver.run("ethtool", "-K", "vb", "gro", "on");
  }

  /** Runs `ip` at both ends; `a` and `b` stand for the ends' own numbers. */
  both(line: string): void {
    for (
      const [end, device, mine, other] of [
        [this.sender, "va", 1, 2],
        [this.receiver, "vb", 2, 1],
      ] as const
    ) {
      end.ip(
        ...line.replaceAll("DEVICE", device).replaceAll("MINE", `${mine}`)
          .replaceAll("OTHER", `${other}`).split(" "),
      );
    }
  }

  /** Sends TCP to an address of the receiver. @param args of iperf3's client */
  async tcp(to: string, ...args: string[]): Promise<void> {
    const { sender, receiver } = this;
    const server = new Deno.Command("ip", {
      args: [
        ...["netns", "exec", receiver.name],
        ...["iperf3", "-s", "-1", "--forceflush"],
      ],
      stdin: "null",
      stdout: "piped",
    }).spawn();
    const said = server.stdout.pipeThrough(new TextDecoderStream()).getReader();
    await readUntil(said, "listening on");
    sender.run("iperf3", "-c", to, ...args);
    await server.status;
    await said.cancel();
  }

  [Symbol.dispose](): void {
    this.sender[Symbol.dispose]();
    this.receiver[Symbol.dispose]();
  }
}
