/** Figure 9: what is left of TCP's speed through an interface while xdptally counts there. */
import { kernelAtLeast } from "../../tests/lib/kernel.ts";
import { BINARY } from "../../tests/lib/xdptally.ts";
import { Child } from "../lib/child.ts";
import type { Effort, Finding, Goal } from "../lib/figure.ts";
import { tableLines } from "../lib/results.ts";
import {
  ADDRESSES,
  type Build,
  overBridgePort,
  overTap,
  overVeth,
  type Road,
  withBigTcp,
} from "../lib/roads.ts";
import { significant, spreadCells, spreadOf } from "../lib/spread.ts";
import { takeTurns } from "../lib/turns.ts";

type Family = keyof typeof ADDRESSES;

/** A tap has no BIG TCP: the virtio header's lengths have 16 bits. */
const LOADS: readonly { what: string; build: Build; family: Family }[] = [
  { what: "veth, IPv4", build: overVeth, family: "IPv4" },
  { what: "veth, IPv6", build: overVeth, family: "IPv6" },
  { what: "veth, BIG TCP", build: withBigTcp(overVeth), family: "IPv6" },
  { what: "bridge port, IPv4", build: overBridgePort, family: "IPv4" },
  { what: "bridge port, IPv6", build: overBridgePort, family: "IPv6" },
  {
    what: "bridge port, BIG TCP",
    build: withBigTcp(overBridgePort),
    family: "IPv6",
  },
  { what: "tap, IPv4", build: overTap, family: "IPv4" },
  { what: "tap, IPv6", build: overTap, family: "IPv6" },
];

/** Options of xdptally, by table row. The first has the goal. */
const WAYS: Record<string, readonly string[]> = {
  "default": [],
  ...(kernelAtLeast(6, 6) ? { "--hook tc": ["--hook", "tc"] } : {}),
  "--mode native": ["--mode", "native"],
  "--mode generic": ["--mode", "generic"],
};

const SECONDS = 1; // a transfer: nobody and xdptally follow each other closely
const LEAST = 0.9;

/** One pair: a transfer with nobody counting, and one with xdptally. */
interface Pair {
  /** Gbit/s. */
  readonly nobody: number;
  /** The other's speed, as a part of this one's. */
  readonly left: number;
  /** Packets that xdptally counted, as a part of those that TCP sent. */
  readonly counted: number;
}

export async function tcpSpeed({ isQuick }: Effort): Promise<Finding> {
  const ways = Object.entries(WAYS).slice(0, isQuick ? 1 : undefined);
  const loads = LOADS.filter(({ family }) => !isQuick || family === "IPv4");
  const rows: string[][] = [];
  const goals: Goal[] = [];
  for (const { what, build, family } of loads) {
    await using stack = new AsyncDisposableStack();
    const road = await build(stack);
    await transfer(road, family); // neighbours are found, and caches warm
    const pairs = await takeTurns(
      isQuick ? 3 : 9,
      Object.fromEntries(
        ways.map(([way, args]) => [way, () => measure(road, family, args)]),
      ),
    );
    for (const [way] of ways) {
      const values = (of: (pair: Pair) => number) => pairs[way]!.map(of);
      const left = values((pair) => pair.left);
      rows.push([
        `${what}: ${way}`,
        ...spreadCells(left, (part) => part.toFixed(2)),
        significant(spreadOf(values(({ nobody }) => nobody)).median),
        spreadOf(values(({ counted }) => counted)).median.toFixed(3),
      ]);
      if (way !== ways[0]![0]) continue;
      goals.push({
        what: `${what}: speed with the default, times that with nobody`,
        found: spreadOf(left).median,
        least: LEAST,
      });
    }
  }
  return {
    title: "figure 9: TCP through the interface",
    lines: [
      `iperf3, one connection, ${SECONDS} s a transfer; xdptally counts where it arrives. Each ratio is that of a pair of transfers: nobody counting, then xdptally.`,
      "counted: packets in the end record, as a part of the segments that the sender's TCP sent; what the interface dropped before the hook is missing from it.",
      "",
      ...tableLines([
        ["", "/ nobody", "min", "max", "nobody, Gbit/s", "counted"],
        ...rows,
      ]),
    ],
    goals,
  };
}

/** @param way options of xdptally */
async function measure(
  road: Road,
  family: Family,
  way: readonly string[],
): Promise<Pair> {
  const nobody = await transfer(road, family);
  const { stage, name } = road.counted;
  const command = stage.inside(BINARY, "--quiet", "--json", ...way, name);
  await using child = new Child(command, "stdout");
  await child.readUntil(/"type":"start"/);
  const before = segmentsSent(road);
  const speed = await transfer(road, family);
  const sent = segmentsSent(road) - before;
  stage.settledRxPackets(name);
  const { sources } = JSON.parse((await child.interrupt()).at(-1)!);
  const { packets } = sources.find(({ ip }: { ip: string }) =>
    ip === ADDRESSES[family].sender
  );
  return { nobody, left: speed / nobody, counted: packets / sent };
}

/** Sends as fast as TCP does. @returns Gbit/s that arrived */
async function transfer(road: Road, family: Family): Promise<number> {
  const { sender, receiver } = road;
  const serve = ["iperf3", "--server", "--one-off", "--forceflush"];
  await using server = new Child(receiver.inside(...serve), "stdout");
  await server.readUntil(/^Server listening/);
  const { end } = JSON.parse(sender.run(
    ...["iperf3", "--client", ADDRESSES[family].receiver],
    ...["--time", `${SECONDS}`, "--json"],
  ));
  await server.readToEnd();
  return end.sum_received.bits_per_second / 1e9;
}

/** The TCP segments that the sender has sent, also those that were sent again. */
function segmentsSent({ sender }: Road): number {
  const { kernel } = JSON.parse(sender.run("nstat", "-asz", "--json"));
  return kernel.TcpOutSegs + kernel.TcpRetransSegs;
}
