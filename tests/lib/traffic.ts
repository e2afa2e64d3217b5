/** Traffic for tests: single frames, floods, and packets on a tun device. */
import type { Namespace } from "./stage.ts";

function script(name: string): string {
  return new URL(name, import.meta.url).pathname.replaceAll("%20", " ");
}

/** Two CPUs that this process may use; twice the same if it may use only one. */
export function twoCpus(): readonly [number, number] {
  const status = Deno.readTextFileSync("/proc/self/status");
  const list = /Cpus_allowed_list:\s*(\S+)/.exec(status)?.[1] ?? "0";
  const ends = list.split(/[-,]/).map(Number);
  return [ends[0]!, ends.at(-1)!];
}

/** Runs a script of this folder in a namespace, on one CPU. */
async function runScript(
  namespace: Namespace,
  name: string,
  args: readonly (string | number)[],
  input = "",
  cpu = twoCpus()[0],
): Promise<string> {
  const child = new Deno.Command("ip", {
    args: [
      "netns",
      "exec",
      namespace.name,
      // A veth keeps the order of frames only within the queue of one CPU.
      "taskset",
      "--cpu-list",
      String(cpu),
      Deno.execPath(),
      "run",
      "--quiet",
      "--no-check",
      "--allow-all",
      script(name),
      ...args.map(String),
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  if (code !== 0) {
    throw new Error(`${name}: ${new TextDecoder().decode(stderr)}`);
  }
  return new TextDecoder().decode(stdout);
}

/**
 * Sends all frames unchanged, `rounds` times; a veth receives them on the same CPU.
 *
 * @param way `direct`: past the queueing discipline
 */
export async function send(
  namespace: Namespace,
  from: string,
  frames: readonly Uint8Array[],
  rounds = 1,
  cpu?: number,
  way: "queued" | "direct" = "queued",
): Promise<void> {
  const input = frames.map((frame) => frame.toHex()).join("\n");
  await runScript(namespace, "send.ts", [from, rounds, way], input, cpu);
}

/**
 * Sends `frames` frames from `sources` sources as fast as the kernel can.
 *
 * @returns the seconds that it took
 */
export async function flood(
  namespace: Namespace,
  from: string,
  frames: number,
  sources: number,
  order: "sequence" | "shuffle",
): Promise<number> {
  const said = await runScript(
    namespace,
    "flood.ts",
    [from, frames, sources, order],
  );
  return Number(said.split(" ")[1]);
}

/** A script of this folder that runs until disposal. */
class Running implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;

  constructor(
    namespace: Namespace,
    name: string,
    args: readonly (string | number)[],
  ) {
    this.#child = new Deno.Command("ip", {
      args: [
        ...["netns", "exec", namespace.name, Deno.execPath(), "run"],
        ...["--quiet", "--no-check", "--allow-all", script(name)],
        ...args.map(String),
      ],
      stdin: "null",
      stdout: "null",
      stderr: "inherit",
    }).spawn();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
  }
}

/** A flood that lasts until disposal. */
export class Flood extends Running {
  constructor(namespace: Namespace, from: string, sources: number) {
    const WITHOUT_END = 2 ** 31 - 1;
    super(namespace, "flood.ts", [from, WITHOUT_END, sources, "shuffle"]);
  }
}

/** tcx programs that hide each frame from those behind them, until disposal. */
export class Keepers extends Running {
  constructor(
    namespace: Namespace,
    device: string,
    place: "first" | "last",
    number = 1,
  ) {
    super(namespace, "tcx_keep.ts", [device, place, number]);
  }
}

/** A handful of sources, each at its own low rate, until disposal. */
export class Senders extends Running {
  constructor(namespace: Namespace, from: string) {
    super(namespace, "senders.ts", [from]);
  }
}

/** Makes a tun device, which is down, one of another kind: ARPHRD_* of linux/if_arp.h. */
export async function setHardwareType(
  namespace: Namespace,
  device: string,
  type: number,
): Promise<void> {
  await runScript(namespace, "tun.ts", [device, type]);
}

/**
 * Makes packets arrive on a tun device, or on a tap as from a virtual machine.
 *
 * @param packets IP packets; of a guest, frames behind their virtio headers
 */
export async function sendThroughTun(
  namespace: Namespace,
  device: string,
  packets: readonly Uint8Array[],
  from: "host" | "guest" = "host",
): Promise<void> {
  const input = packets.map((packet) => packet.toHex()).join("\n");
  await runScript(namespace, "tun.ts", [device, from], input);
}
