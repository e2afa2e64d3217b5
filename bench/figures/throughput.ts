/** Figure 2: frames a second through a veth pair, and what was not counted. */
import { flood } from "../../tests/lib/traffic.ts";
import { BINARY } from "../../tests/lib/xdptally.ts";
import { BenchStage, type Effort, type Finding } from "../lib/bench.ts";
import { Child } from "../lib/child.ts";
import { figure, type Goal } from "../lib/goals.ts";
import { built } from "../lib/objects.ts";
import { tableLines } from "../lib/results.ts";
import { spreadOf } from "../lib/spread.ts";
import { ratios, takeTurns } from "../lib/turns.ts";

const LOADS = [
  { sources: 256, order: "sequence", least: 0.97 },
  { sources: 65536, order: "shuffle", least: 0.65 },
] as const;
const FRAMES = { quick: 400_000, full: 3_000_000 };

/** What people paste; some kernels have none of its hooks. */
const BPFTRACE =
  "kprobe:ip_rcv { $skb = (struct sk_buff *)arg0; $ip = (struct iphdr *)($skb->head + $skb->network_header); @[ntop($ip->saddr)] = count(); }";
const TCPDUMP =
  `tcpdump -n -q -l -i a0 ip | awk '{ sub(/\\.[0-9]+$/, "", $3); count[$3]++ } END { for (source in count) print "\\t" source " => " count[source] }'`;

interface Contender {
  /** Starts it, and returns when it counts. */
  start(stage: BenchStage): Promise<Counting>;
}

interface Counting {
  /** Ends it. @returns the packets that it counted */
  end(): Promise<number>;
}

interface Result {
  readonly rate: number;
  readonly unaccounted: number;
}

export async function throughput(effort: Effort): Promise<Finding> {
  const frames = effort.isQuick ? FRAMES.quick : FRAMES.full;
  const lines: string[] = [];
  const goals: Goal[] = [];
  const contenders: Record<string, Contender> = {
    "XDP_PASS": EMPTY,
    "xdptally": XDPTALLY,
    "example, 16 entries": exampleOf(16),
    "example, 131072 entries": exampleOf(131072),
    "tcpdump | awk": TCPDUMP_AWK,
  };
  const refusal = await bpftraceRefusal();
  if (refusal === undefined) contenders["bpftrace"] = BPFTRACE_COUNT;
  for (const load of LOADS) {
    const results = await takeTurns(
      effort.rounds,
      Object.fromEntries(
        Object.entries(contenders).map((
          [name, contender],
        ) => [name, () => once(contender, frames, load)]),
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
        ...Object.keys(contenders).map((name) => {
          const { median, min, max } = spreadOf(rates(name));
          const ratio = spreadOf(ratios(rates(name), rates("XDP_PASS")));
          return [
            name,
            ...[median, min, max].map((rate) => (rate / 1e6).toFixed(2)),
            `${figure(ratio.median)} (${figure(ratio.min)} to ${
              figure(ratio.max)
            })`,
            name === "XDP_PASS" ? "" : String(lost(name)),
          ];
        }),
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
      "Through a veth pair, native mode, one generator at full speed; the rate is the generator's, which shares a CPU with the receiver.",
      ...(refusal === undefined
        ? []
        : [`bpftrace has no hook in this kernel: ${refusal}`]),
      ...lines,
    ],
    goals,
  };
}

async function once(
  contender: Contender,
  frames: number,
  { sources, order }: typeof LOADS[number],
): Promise<Result> {
  using stage = new BenchStage();
  const counting = await contender.start(stage);
  const seconds = await flood(stage, "b0", frames, sources, order);
  stage.settledRxPackets("a0");
  const counted = await counting.end();
  return { rate: frames / seconds, unaccounted: frames - counted };
}

/** What lets a veth pair take the generator's frames; it counts nothing. */
const EMPTY: Contender = {
  start(stage) {
    attachEmpty(stage);
    return Promise.resolve({ end: () => Promise.resolve(0) });
  },
};

function attachEmpty(stage: BenchStage): void {
  stage.ip(
    ...["link", "set", "dev", "a0", "xdpdrv"],
    ...["object", built("floors.bpf.o"), "program", "pass"],
  );
}

const XDPTALLY: Contender = {
  async start(stage) {
    const command = stage.inside(BINARY, "--quiet", "--json", "a0");
    const child = new Child(command, "stdout");
    await child.hear(/"type":"start"/);
    return {
      async end() {
        await using ending = child;
        const records = (await ending.end()).map((line) => JSON.parse(line));
        return records.at(-1).total.packets;
      },
    };
  },
};

function exampleOf(size: number): Contender {
  return {
    async start(stage) {
      const example = [built("example"), "-times", "-size", String(size)];
      const command = [...example, built("example.bpf.o"), "a0"];
      // Its last printing is what it has in the end.
      const child = new Child(
        stage.inside("sh", "-c", 'exec "$@" 2>&1', "sh", ...command),
        "stdout",
      );
      await child.hear(/^attached/);
      return {
        async end() {
          await using ending = child;
          const lines = await ending.end();
          const printings = lines.join("\n").split(/^printed \d+$/m);
          return packetsIn(printings.at(-2) ?? "");
        },
      };
    },
  };
}

const TCPDUMP_AWK: Contender = {
  async start(stage) {
    attachEmpty(stage);
    const child = new Child(
      stage.inside("sh", "-c", `exec 2>&1; ${TCPDUMP}`),
      "stdout",
    );
    await child.hear(/^listening/);
    return {
      async end() {
        await using ending = child;
        stage.interrupt("tcpdump");
        return packetsIn((await ending.rest()).join("\n"));
      },
    };
  },
};

const BPFTRACE_COUNT: Contender = {
  async start(stage) {
    attachEmpty(stage);
    const child = new Child(
      stage.inside("bpftrace", "-e", BPFTRACE),
      "stdout",
    );
    await child.hear(/^Attaching/);
    return {
      async end() {
        await using ending = child;
        return packetsIn((await ending.end()).join("\n"));
      },
    };
  },
};

/** Why the one-liner cannot run here, in bpftrace's words. */
async function bpftraceRefusal(): Promise<string | undefined> {
  const { code, stderr } = await new Deno.Command("timeout", {
    args: ["20", "bpftrace", "-e", `${BPFTRACE} interval:ms:1 { exit(); }`],
    stdin: "null",
  }).output();
  if (code === 0) return undefined;
  const said = new TextDecoder().decode(stderr).trimEnd().split("\n");
  return said.findLast((line) => line.startsWith("ERROR")) ?? said.at(-1);
}

/** The packets in rows of ` => ` or `]: `, as the contenders print them. */
function packetsIn(text: string): number {
  return [...text.matchAll(/^.+(?: => |\]: )(\d+)$/gm)]
    .reduce((sum, [, packets]) => sum + Number(packets), 0);
}
