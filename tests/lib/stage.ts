/** Network namespaces for tests: nothing outside them is changed. */

/** Runs a command to its end and returns what it printed; throws if it failed. */
export function sh(...command: string[]): string {
  const [program, ...args] = command;
  const { code, stdout, stderr } = new Deno.Command(program!, { args })
    .outputSync();
  if (code !== 0) {
    throw new Error(
      `${command.join(" ")}: exit ${code}: ${new TextDecoder().decode(stderr)}`,
    );
  }
  return new TextDecoder().decode(stdout);
}

/** A network namespace with a unique name, removed on disposal. */
export class Namespace implements Disposable {
  readonly name: string;

  constructor(purpose = "test") {
    this.name = `xdptally-${purpose}-${crypto.randomUUID().slice(0, 8)}`;
    sh("ip", "netns", "add", this.name);
    // Without these the kernel sends frames of its own (router solicitations).
    this.run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1");
    this.run("sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1");
  }

  /** Runs a command in the namespace. */
  run(...command: string[]): string {
    return sh("ip", "netns", "exec", this.name, ...command);
  }

  /** `ip -n NAMESPACE …` */
  ip(...args: string[]): string {
    return sh("ip", "-n", this.name, ...args);
  }

  /** Adds a veth pair, both ends here and up. */
  veth(one: string, other: string, ...peerOptions: string[]): void {
    this.ip(
      "link",
      "add",
      "name",
      one,
      "type",
      "veth",
      "peer",
      "name",
      other,
      ...peerOptions,
    );
    this.ip("link", "set", "dev", one, "up");
    this.ip("link", "set", "dev", other, "up");
    // A veth without XDP takes the frames of a flood only if it does GRO.
    this.run("ethtool", "-K", other, "gro", "on");
  }

  /** The frames that an interface has received, by its own counter. */
  rxPackets(name: string): number {
    const [link] = JSON.parse(this.ip("-s", "-j", "link", "show", "dev", name));
    return link.stats64.rx.packets;
  }

  /** The same, once two readings agree: no frame is under way any more. */
  settledRxPackets(name: string): number {
    for (let before = -1;;) {
      const now = this.rxPackets(name);
      if (now === before) return now;
      before = now;
    }
  }

  index(name: string): number {
    const [link] = JSON.parse(this.ip("-j", "link", "show", "dev", name));
    return link.ifindex;
  }

  /** The ids of the XDP and tcx programs on an interface. */
  programs(name: string): number[] {
    const [link] = JSON.parse(this.ip("-d", "-j", "link", "show", "dev", name));
    const attached = link.xdp?.attached ?? (link.xdp ? [link.xdp] : []);
    return [
      ...attached.map(({ prog }: { prog: { id: number } }) => prog.id),
      ...this.tcxPrograms(name),
    ];
  }

  /** The ids of the tcx programs that frames come by, in that order. */
  tcxPrograms(name: string): number[] {
    const script = new URL("tcx.ts", import.meta.url).pathname;
    return JSON.parse(
      this.run(
        ...[Deno.execPath(), "run", "--quiet", "--no-check", "--allow-all"],
        ...[script.replaceAll("%20", " "), name],
      ),
    );
  }

  [Symbol.dispose](): void {
    sh("ip", "netns", "del", this.name);
  }
}

/** A namespace with a veth pair, `va` and `vb`. */
export function vethStage(): Namespace {
  const stage = new Namespace();
  stage.veth("va", "vb");
  return stage;
}
