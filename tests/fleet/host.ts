/** A host of the fleet: namespaces of its own, and the programs that run there. */
import { Namespace } from "../lib/stage.ts";
import { type Capture, startCapture } from "../lib/xdptally.ts";
import { Server } from "./server.ts";

/** The namespace of Prometheus, with a bridge to all hosts. */
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
 * Counts on `eth0` all the time, and on `eth1` from cron. What is sent out of
 * `lan0` arrives on the one, out of `lan1` on the other; `manage0` is for Prometheus.
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
    this.stage.veth("eth1", "lan1");
    this.stage.ip(
      ...["link", "add", "name", "manage0", "type", "veth"],
      ...["peer", "name", this.name, "netns", management.name],
    );
    this.stage.ip("addr", "add", `${this.address}/24`, "dev", "manage0");
    this.stage.ip("link", "set", "dev", "manage0", "up");
    management.ip("link", "set", "dev", this.name, "master", "bridge0", "up");
  }

  /** Starts xdptally here; it has attached when this returns. */
  watch(...args: string[]): Promise<Capture> {
    return startCapture(args, this.stage, {
      through: [
        ...["unshare", "--uts", "sh", "-c"],
        ...['hostname "$0" && exec "$@"', this.name],
      ],
    });
  }

  /** node_exporter, with nothing but the textfiles of a folder. */
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
