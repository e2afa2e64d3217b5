/** Figure 2: frames per second through a veth pair, and how many were not counted. */
import { flood } from "../../tests/lib/traffic.ts";
import { BINARY } from "../../tests/lib/xdptally.ts";
import { BenchStage } from "../lib/bench_stage.ts";
import { Child } from "../lib/child.ts";
import type { Effort, Finding, Goal } from "../lib/figure.ts";
import { built, exampleCommand } from "../lib/objects.ts";
import { tableLines } from "../lib/results.ts";
import { ratioCell, ratios, spreadCells, spreadOf } from "../lib/spread.ts";
import { takeTurns } from "../lib/turns.ts";

const LOADS = [
  { sources: 256, order: "sequence", least: 0.97 },
  { sources: 65536, order: "shuffle", least: 0.65 },
] as const;
const FRAMES = { quick: 400_000, full: 3_000_000 };

/** Common one-liners. Some kernels lack the hook of the first. */
const BPFTRACE =
  "kprobe:ip_rcv { $skb = (struct sk_buff *)arg0; $ip = (struct iphdr *)($skb->head + $skb->network_header); @[ntop($ip->saddr)] = count(); }";
const TCPDUMP =
  `tcpdump -n -q -l -i a0 ip | awk '{ sub(/\\.[0-9]+$/, "", $3); count[$3]++ } END { for (source in count) print "\\t" source " => " count[source] }'`;

/** Starts a contender on a0. Resolves once it counts. */
type Start = (stage: BenchStage) => Promise<Counting>;

interface Counting {
  /** Ends the contender. @returns the packets that it counted */
  end(): Promise<number>;
}

interface Result {
  /** Frames per second. */
  readonly rate: number;
  /** Frames that the contender did not count. */
  readonly unaccounted: number;
}

export async function throughput(effort: Effort): Promise<Finding> {
  const frames = effort.isQuick ? FRAMES.quick : FRAMES.full;
  const lines: string[] = [];
  const goals: Goal[] = [];
  const contenders: Record<string, Start> = {
    "XDP_PASS": startPass,
    "xdptally": startXdptally,
    "example, 16 entries": startExample(16),
    "example, 131072 entries": startExample(131072),
    "tcpdump | awk": startTcpdump,
  };
  const refusal = await bpftraceRefusal();
  if (refusal === undefined) contenders["bpftrace"] = startBpftrace;
  for (const load of LOADS) {
    const results = await takeTurns(
      effort.rounds,
      Object.fromEntries(
        Object.entries(contenders).map((
          [name, start],
        ) => [name, () => measure(start, frames, load)]),
      ),
    );
    const rates = (name: string) => results[name]!.map(({ rate }) => rate);
    const lost = (name: string) =>
      spreadOf(results[name]!.map(({ unaccounted }) => unaccounted)).max;
    lines.push(
      "",
      `${frames} frames a round, ${load.sources} sources, ${load.order}`,
      "",
      ...tableLines([
        ["", "M frames/s", "min", "max", "/ XDP_PASS", "unaccounted, at most"],
        ...Object.keys(contenders).map((name) => [
          name,
          ...spreadCells(rates(name), (rate) => (rate / 1e6).toFixed(2)),
          ratioCell(rates(name), rates("XDP_PASS")),
          name === "XDP_PASS" ? "" : String(lost(name)),
        ]),
      ]),
    );
    goals.push(
      {
        what: `${load.sources} sources: rate, times that of XDP_PASS`,
        found: spreadOf(ratios(rates("xdptally"), rates("XDP_PASS"))).median,
        least: load.least,
      },
      {
        what:
          `${load.sources} sources: frames that xdptally did not account for`,
        found: lost("xdptally"),
        most: 0,
      },
    );
  }
  return {
    title: "figure 2: live throughput",
    lines: [
      "Through a veth pair in native mode, with one generator at full speed. The rate is that of the generator, which shares a CPU with the receiver.",
      ...(refusal === undefined
        ? []
        : [`bpftrace cannot attach on this kernel: ${refusal}`]),
      ...lines,
    ],
    goals,
  };
}

/** One round: floods the contender and asks what it counted. */
async function measure(
  start: Start,
  frames: number,
  { sources, order }: typeof LOADS[number],
): Promise<Result> {
  using stage = new BenchStage();
  const counting = await start(stage);
  const seconds = await flood(stage, "b0", frames, sources, order);
  stage.settledRxPackets("a0");
  const counted = await counting.end();
  return { rate: frames / seconds, unaccounted: frames - counted };
}

/** Counts nothing: the floor. */
function startPass(stage: BenchStage): Promise<Counting> {
  attachPass(stage);
  return Promise.resolve({ end: () => Promise.resolve(0) });
}

/** Attaches an empty program to a0: veth drops frames that XDP sends to an end without one. */
function attachPass(stage: BenchStage): void {
  stage.ip(
    ...["link", "set", "dev", "a0", "xdpdrv"],
    ...["object", built("floors.bpf.o"), "program", "pass"],
  );
}

async function startXdptally(stage: BenchStage): Promise<Counting> {
  const command = stage.inside(
    BINARY,
    "--quiet",
    "--json",
    "--mode",
    "native",
    "a0",
  );
  const child = new Child(command, "stdout");
  await child.readUntil(/"type":"start"/);
  return {
    async end() {
      await using ending = child;
      const records = (await ending.interrupt()).map((line) =>
        JSON.parse(line)
      );
      return records.at(-1).total.packets;
    },
  };
}

/** @param size entries of the example's map */
function startExample(size: number): Start {
  return async (stage) => {
    const command = exampleCommand("a0", size, "-times");
    const child = new Child(stage.inside(...command), "both");
    await child.readUntil(/^attached/);
    return {
      async end() {
        await using ending = child;
        const lines = await ending.interrupt();
        // It prints its whole map at each tick: the last one has all packets.
        const printings = lines.join("\n").split(/^printed \d+$/m);
        return packetsIn(printings.at(-2) ?? "");
      },
    };
  };
}

async function startTcpdump(stage: BenchStage): Promise<Counting> {
  attachPass(stage);
  const child = new Child(stage.inside("sh", "-c", TCPDUMP), "both");
  await child.readUntil(/^listening/);
  return {
    async end() {
      await using ending = child;
      stage.interrupt("tcpdump"); // awk prints its counts after tcpdump's end
      return packetsIn((await ending.readToEnd()).join("\n"));
    },
  };
}

async function startBpftrace(stage: BenchStage): Promise<Counting> {
  attachPass(stage);
  const child = new Child(stage.inside("bpftrace", "-e", BPFTRACE), "stdout");
  await child.readUntil(/^Attaching/);
  return {
    async end() {
      await using ending = child;
      return packetsIn((await ending.interrupt()).join("\n"));
    },
  };
}

/** bpftrace's error message if its one-liner cannot run on this kernel. */
async function bpftraceRefusal(): Promise<string | undefined> {
  const { code, stderr } = await new Deno.Command("timeout", {
    args: ["20", "bpftrace", "-e", `${BPFTRACE} interval:ms:1 { exit(); }`],
    stdin: "null",
  }).output();
  if (code === 0) return undefined;
  const lines = new TextDecoder().decode(stderr).trimEnd().split("\n");
  return lines.findLast((line) => line.startsWith("ERROR")) ?? lines.at(-1);
}

/** Sums the packets of the rows that the contenders print: `… => 5` or `…]: 5`. */
function packetsIn(text: string): number {
  return [...text.matchAll(/^.+(?: => |\]: )(\d+)$/gm)]
    .reduce((sum, [, packets]) => sum + Number(packets), 0);
}
