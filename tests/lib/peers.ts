/** Two hosts on one cable, with real servers and clients that talk over it. */
import type { Folder } from "./folder.ts";
import { Namespace, sh } from "./stage.ts";

const CLIENT = { ipv4: "10.50.0.1", ipv6: "fd00:50::1" };
const SERVER = { ipv4: "10.50.0.2", ipv6: "fd00:50::2" };
const PORTS = { dns: 53, http: 80, ssh: 22, iperf: 5201 };
const JUMBO = "9000";

/** `client` with its end `vc`, and `server` with `vs`; the cable is not plugged in. */
export class Peers implements AsyncDisposable {
  readonly client = new Namespace("client");
  readonly server = new Namespace("server");
  readonly #folder: string;
  readonly #servers: Deno.ChildProcess[] = [];

  constructor(folder: Folder) {
    this.#folder = folder.path;
    const { client, server } = this;
    client.ip(
      ...["link", "add", "vc", "type", "veth"],
      ...["peer", "name", "vs", "netns", server.name],
    );
    for (const [host, end, { ipv4, ipv6 }] of this.#ends()) {
      host.run("sysctl", "-qw", `net.ipv6.conf.${end}.disable_ipv6=0`);
      // As on a wire: frames no longer than the MTU, with checksums.
      const off = ["tso", "gso", "gro", "tx"].flatMap((one) => [one, "off"]);
      host.run("ethtool", "-K", end, ...off);
      host.ip("link", "set", "dev", "lo", "up");
      host.ip("link", "set", "dev", end, "mtu", JUMBO);
      host.ip("address", "add", `${ipv4}/24`, "dev", end);
      host.ip("address", "add", `${ipv6}/64`, "dev", end, "nodad");
    }
    server.ip("link", "set", "dev", "vs", "up");
  }

  #ends() {
    return [
      [this.client, "vc", CLIENT],
      [this.server, "vs", SERVER],
    ] as const;
  }

  /** Takes the client's end up or down; while it is down, no frame passes. */
  plug(is: "up" | "down"): void {
    this.client.ip("link", "set", "dev", "vc", is);
  }

  /** Starts a program that ends when the peers are disposed of. */
  #serve(...command: string[]): void {
    const server = new Deno.Command("ip", {
      args: ["netns", "exec", this.server.name, ...command],
      cwd: this.#folder,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.#servers.push(server);
  }

  /** Starts the servers; they listen when this returns. */
  async serve(): Promise<void> {
    const folder = this.#folder;
    Deno.writeFileSync(`${folder}/page`, new Uint8Array(300_000).fill(0x78));
    sh("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", `${folder}/key`);
    sh("dropbearkey", "-t", "ed25519", "-f", `${folder}/host_key`);
    this.#serve("busybox", "httpd", "-f", "-p", `[::]:${PORTS.http}`);
    this.#serve(
      ...["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null"],
      ...["--no-resolv", "--no-hosts", "--pid-file", "--user=root"],
      "--host-record=a.test,192.0.2.7,2001:db8::7",
    );
    this.#serve("iperf3", "--server", "--port", String(PORTS.iperf));
    // ip netns exec has a mount namespace of its own: this hides root's real home.
    const sshd = "mount -t tmpfs none /run && cp host_key key.pub /run && " +
      "mount -t tmpfs -o mode=700 none ~root && mkdir -m 700 ~root/.ssh && " +
      "cp /run/key.pub ~root/.ssh/authorized_keys && " +
      `exec dropbear -F -r /run/host_key -p ${PORTS.ssh}`;
    this.#serve("sh", "-c", sshd);
    for (const port of Object.values(PORTS)) await this.#listens(port);
  }

  async #listens(port: number): Promise<void> {
    for (const end = performance.now() + 20_000; performance.now() < end;) {
      const filter = `sport = :${port}`;
      if (this.server.run("ss", "-Hltn", filter) !== "") return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`nothing listens on port ${port}`);
  }

  /** Makes the client talk to every server, over IPv4 and IPv6. */
  async talk(): Promise<void> {
    await this.#answers();
    const { ipv4, ipv6 } = SERVER;
    for (const to of [ipv4, ipv6]) {
      const host = to === ipv6 ? `[${to}]` : to;
      this.#run("ping", "-q", "-c", "5", "-i", "0.01", to);
      // Fragments, of both families.
      this.#run("ping", "-q", "-c", "3", "-i", "0.01", "-s", "30000", to);
      for (const type of ["A", "AAAA"]) {
        this.#run("dig", "+tries=1", `@${to}`, "a.test", type);
      }
      this.#run("curl", "-s", "-o", "/dev/null", `http://${host}/page`);
      this.#run("iperf3", "--client", to, "--bytes", "4M");
      this.#run(
        "iperf3",
        "--client",
        to,
        "--udp",
        "--bytes",
        "500K",
        "-b",
        "0",
      );
      this.#run(
        ...["ssh", "-F", "none", "-i", `${this.#folder}/key`],
        ...["-p", String(PORTS.ssh), "-o", "StrictHostKeyChecking=no"],
        ...["-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes"],
        ...[`root@${to}`, "head -c 100000 /dev/zero"],
      );
    }
  }

  /** The neighbours find each other once the link is up. */
  async #answers(): Promise<void> {
    for (const to of Object.values(SERVER)) {
      for (let tries = 0;; tries++) {
        try {
          this.#run("ping", "-q", "-c", "1", "-W", "1", to);
          break;
        } catch (error) {
          if (tries === 10) throw error;
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      }
    }
  }

  #run(...command: string[]): string {
    return this.client.run("timeout", "20", ...command);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const pids = sh("ip", "netns", "pids", this.server.name).split("\n")
      .filter((pid) => pid !== "");
    for (const pid of pids) Deno.kill(Number(pid), "SIGKILL");
    await Promise.all(this.#servers.map(({ status }) => status));
    this.client[Symbol.dispose]();
    this.server[Symbol.dispose]();
  }
}
