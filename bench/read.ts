/**
 * Compares `xdptally read` with tshark's endpoints, which answer the same question,
 * and with capinfos, which counts packets without a look at them.
 */
import { pcapParts } from "../tests/lib/capture_bytes.ts";
import { bytes, ethernet, ETHERTYPE, ipv4 } from "../tests/lib/frames.ts";
import { Random } from "./lib/random.ts";
import { publish, tableLines } from "./lib/results.ts";
import { compete, type Contender } from "./lib/rounds.ts";
import { Workspace } from "./lib/workspace.ts";

const PACKETS = 2_000_000, SOURCES = 10_000;
const BINARY = new URL("../dist/xdptally", import.meta.url).pathname
  .replaceAll("%20", " ");

/** The goals: packets a second, in millions. */
const GOALS = { source: 1, flow: 0.5 };

/** Writes UDP packets of 64 to 1500 bytes, a microsecond apart. */
function writeCapture(path: string): number {
  using file = Deno.openSync(path, { write: true, create: true });
  const random = new Random(1);
  const header = bytes(ethernet(ETHERTYPE.ipv4), ipv4("10.0.0.0"));
  const RECORD_HEADER = 16, LONGEST = 1500;
  const buffer = new Uint8Array(1 << 20);
  const view = new DataView(buffer.buffer);
  const [fileHeader] = pcapParts([]) as [Uint8Array];
  buffer.set(fileHeader);
  let end = fileHeader.length, size = 0;
  const write = () => {
    for (let at = 0; at < end;) at += file.writeSync(buffer.subarray(at, end));
    size += end;
    end = 0;
  };
  for (let packet = 0; packet < PACKETS; packet++) {
    if (end + RECORD_HEADER + LONGEST > buffer.length) write();
    const length = 64 + random.below(LONGEST - 63);
    const at = end + RECORD_HEADER;
    view.setUint32(end, Math.floor(packet / 1e6), true);
    view.setUint32(end + 4, packet % 1e6, true);
    view.setUint32(end + 8, length, true);
    view.setUint32(end + 12, length, true);
    buffer.set(header, at);
    view.setUint16(at + 28, random.below(SOURCES)); // of the source address
    view.setUint16(at + 34, 1024 + random.below(64)); // the source port
    end = at + length;
  }
  write();
  return size;
}

using workspace = new Workspace();
console.error("Writing a capture");
const size = writeCapture(`${workspace.path}/x.pcap`);

/** How many packets it has counted. */
const read = (name: string, ...args: string[]): Contender => ({
  name: `xdptally read${name}`,
  rounds: 5,
  command: [BINARY, "read", "--top", "10", ...args, "x.pcap"],
  answer: (stdout) => /: (\d+) packets =/.exec(stdout)![1]!,
});

const contenders: readonly Contender[] = [
  read(""),
  read(", by flow", "--by", "source,destination,protocol,source-port,port"),
  {
    name: "capinfos -c -M",
    rounds: 5,
    command: ["capinfos", "-c", "-M", "x.pcap"],
    answer: (stdout) => /Number of packets: +(\d+)/.exec(stdout)![1]!,
  },
  {
    name: "tshark -z endpoints,ip",
    rounds: 2,
    command: ["tshark", "-n", "-q", "-r", "x.pcap", "-z", "endpoints,ip"],
    answer: (stdout) =>
      String(
        stdout.split("\n").map((line) => line.split(/ +/))
          .filter(([address = ""]) => /^[\d.]+$/.test(address))
          .reduce((sum, [, , , sent]) => sum + Number(sent), 0),
      ),
  },
];
console.error("Running xdptally and capinfos five times, tshark twice");
const scores = await compete(
  contenders,
  (command) => workspace.measure(command),
);
const [source, flow] = scores.map(({ seconds }) =>
  PACKETS / seconds.median / 1e6
) as [number, number];
const [first] = scores as [typeof scores[number]];

/** The line that says whether a goal is met. */
function goal(what: string, found: number, least: number): string {
  return `goal: at least ${least} M packets/s ${what}: ${found.toFixed(2)}, ${
    found >= least ? "met" : "MISSED"
  }`;
}

publish("make bench-read", [
  `${PACKETS} packets of ${SOURCES} sources, ${
    (size / 1e6).toFixed(0)
  } MB of pcap in the page cache: with the start of the program`,
  "",
  ...tableLines([
    [
      ...["", "rounds", "s", "min", "max", "CPU s", "peak MB"],
      ...["M packets/s", "/ xdptally read"],
    ],
    ...scores.map(({ name, rounds, seconds, cpuSeconds, peak }) => [
      name,
      String(rounds),
      ...[seconds.median, seconds.min, seconds.max].map((s) => s.toFixed(2)),
      cpuSeconds.median.toFixed(2),
      (peak.median / 1e6).toFixed(0),
      (PACKETS / seconds.median / 1e6).toFixed(2),
      (seconds.median / first.seconds.median).toFixed(2),
    ]),
  ]),
  "",
  goal("by source", source, GOALS.source),
  goal("by flow", flow, GOALS.flow),
]);
