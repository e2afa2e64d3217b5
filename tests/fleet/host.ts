/** The hosts of the fleet test: network namespaces, and the programs that run in them. */
import { Namespace } from "../lib/stage.ts";
import { type Capture, startCapture } from "../lib/xdptally.ts";
import { Server } from "./server.ts";

/** The namespace in which Prometheus runs, with a bridge to all hosts. */
export class Management extends Namespace {
  constructor() {
    super("management");
    this.ip("link", "set", "dev", "lo", "up");
    this.ip("link", "add", "name", "bridge0", "type", "bridge");
    this.ip("addr", "add", "10.99.0.1/24", "dev", "bridge0");
    this.ip("link", "set", "dev", "bridge0", "up");
  }
}

/**
 * A host that counts permanently on `eth0`, and in captures on `eth1`. Frames sent
 * out of `lan0` arrive on `eth0`, out of `lan1` on `eth1`. Prometheus scrapes `manage0`.
 */
export class Host implements Disposable {
  readonly stage: Namespace;
  readonly name: string;
  readonly address: string;

  constructor(management: Management, number: number) {
    this.name = `web${number}`;
    this.address = `10.99.0.${10 + number}`;
    this.stage = new Namespace(this.name);
    this.stage.veth("eth0", "lan0");
    // The flood is redirected frames, which a veth takes only by its NAPI.
    this.stage.run("ethtool", "-K", "eth0", "gro", "on");
    this.stage.veth("eth1", "lan1");
    this.stage.ip(
      ...["link", "add", "name", "manage0", "type", "veth"],
      ...["peer", "name", this.name, "netns", management.name],
    );
    this.stage.ip("addr", "add", `${this.address}/24`, "dev", "manage0");
    this.stage.ip("link", "set", "dev", "manage0", "up");
    management.ip("link", "set", "dev", this.name, "master", "bridge0", "up");
  }

  /** Starts xdptally with the host's name. Resolves once it has attached. */
  watch(...args: string[]): Promise<Capture> {
    return startCapture(args, this.stage, {
      through: [
        ...["unshare", "--uts", "sh", "-c"],
        ...['hostname "$0" && exec "$@"', this.name],
      ],
    });
  }

  /** Starts node_exporter, with only the textfile collector, for a folder. */
  nodeExporter(folder: string, log: string): Server {
    return new Server(
      this.stage,
      log,
      "prometheus-node-exporter",
      "--collector.disable-defaults",
      "--collector.textfile",
      `--collector.textfile.directory=${folder}`,
      `--web.listen-address=${this.address}:9100`,
    );
  }

  [Symbol.dispose](): void {
    this.stage[Symbol.dispose]();
  }
}
