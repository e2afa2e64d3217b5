/** `--by` with any fields, at work in the built executable. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fieldInJson, parseFields } from "../../src/basics/keys.ts";
import { PLAIN_FIELDS } from "../lib/fields.ts";
import { Folder } from "../lib/folder.ts";
import {
  bytes,
  ethernet,
  ethernetFrame,
  ETHERTYPE,
  FRAMES,
  ipv4,
  VLAN,
} from "../lib/frames.ts";
import { lacksKernel } from "../lib/kernel.ts";
import { type Namespace, vethStage } from "../lib/stage.ts";
import { read } from "../lib/reading.ts";
import { send } from "../lib/traffic.ts";
import {
  assertBalanced,
  Capture,
  type JsonRecord,
  run,
  sum,
} from "../lib/xdptally.ts";

const TCX = lacksKernel(6, 6, "tcx links");

/** Counts these frames with these arguments, and returns all that was said. */
async function count(
  frames: readonly Uint8Array[],
  args: readonly string[],
  stage: Namespace,
) {
  await using capture = new Capture(["-i", "100ms", ...args, "vb"], {
    in: stage.name,
  });
  const { mode } = await capture.attached();
  await send(stage, "va", frames);
  await capture.until(() =>
    sum(capture.ticks, ({ total }) => total.packets) === frames.length
  );
  const { record, code, stderr } = await capture.end("SIGINT");
  assertEquals(code, 0, stderr);
  assertBalanced(record);
  return { record, stderr, mode };
}

/** Rows as text, as the reference parser has them. */
function rowsOf({ sources, by = "source" }: JsonRecord): string[] {
  const names = parseFields(by).map(fieldInJson);
  return sources.flatMap((row: JsonRecord) =>
    Array<string>(row.packets).fill(
      names.map((name) => row[name] ?? "-").join(),
    )
  ).sort();
}

const LISTS = [
  PLAIN_FIELDS.join(),
  "mac",
  "ethertype,vlan",
  "port,protocol",
  "source,destination,protocol,source-port,port",
];

for (
  const [hook, ...args] of [
    ["xdp", "-m", "native"],
    ["xdp", "-m", "generic"],
    ["tc"],
  ]
) {
  Deno.test({
    name: `every field in ${
      [hook, ...args].at(-1)
    }: the rows are those of the reference parser`,
    ignore: hook === "tc" && TCX,
    async fn() {
      using stage = vethStage();
      // In front of tc the kernel drops a frame that ends with a tag.
      const frames = FRAMES.map(({ frame }) => frame)
        .filter((frame) => hook !== "tc" || frame.length > 18);
      for (const list of LISTS) {
        const by = parseFields(list);
        const options = ["--by", list, "--hook", hook!, ...args];
        const { record } = await count(frames, options, stage);
        const expected = frames.flatMap((frame) => {
          const reading = read(frame, false, { by });
          return "key" in reading ? [reading.key] : [];
        });
        assertEquals(rowsOf(record), expected.sort(), list);
      }
    },
  });
}

const ARP = bytes(ethernet(ETHERTYPE.arp), Array(28).fill(1));
const LLDP = bytes(ethernet(0x88cc), Array(46).fill(0));
const SHORT = bytes(ethernet(ETHERTYPE.ipv4), Array(19).fill(0x45));
const WRONG = bytes(ethernet(ETHERTYPE.ipv4), ipv4("10.0.0.1", { version: 6 }));

Deno.test("records and metrics say what non-IP frames are, and why frames are malformed", async () => {
  using stage = vethStage();
  using folder = new Folder();
  const page = `${folder.path}/x.prom`;
  const frames = [ARP, ARP, LLDP, SHORT, WRONG, WRONG, WRONG];
  const { record } = await count(frames, ["--hook", "xdp"], stage);
  assertEquals(record.nonIp.types, { arp: 2, lldp: 1 });
  const { cut, version, length } = record.malformed;
  assertEquals({ cut, version, length }, { cut: 1, version: 3, length: 0 });
  const output = await run(
    ["vb", "--count", "2", "-i", "1s", "-o", page, "--user", "root"],
    { in: stage.name },
  );
  assertEquals(output.code, 0, output.stderr);
  assertStringIncludes(
    Deno.readTextFileSync(page),
    'xdptally_malformed_by_cause_packets_total{interface="vb",direction="in",cause="cut"} 0',
  );
});

Deno.test("more EtherTypes than there is room for: the rest is other, and all add up", async () => {
  using stage = vethStage();
  const frames = Array.from(
    { length: 100 },
    (_, at) => bytes(ethernet(0x9a00 + at), Array(46).fill(0)),
  );
  const { record } = await count(frames, ["--hook", "xdp"], stage);
  const { packets, types } = record.nonIp;
  assertEquals(packets, 100);
  const counts = Object.values(types) as number[];
  assertEquals(counts.reduce((a, b) => a + b), 100);
  assert(counts.length > 8 && counts.length <= 17, `${counts.length}`);
  assert(types.other >= 84, `${types.other}`);
});

Deno.test("an ARP storm has a sender, unless a filter or an address is asked for", async () => {
  using stage = vethStage();
  const frames = [...Array(5).fill(ARP), ethernetFrame("10.0.0.1")];
  const { record } = await count(frames, ["--by", "mac,ethertype"], stage);
  assertEquals(rowsOf(record), [
    ...Array(5).fill("02:00:00:00:00:01,arp"),
    "02:00:00:00:00:01,ipv4",
  ]);
  for (
    const more of [["--by", "mac,source"], [
      "--by",
      "mac",
      "--filter",
      "0.0.0.0/0",
    ]]
  ) {
    const { record } = await count(frames, more, stage);
    assertEquals(record.nonIp.packets, 5);
    assertEquals(record.sources.length, 1);
  }
});

Deno.test("captures by flow, in JSON Lines and CSV, can be reported by any of their fields", async () => {
  using stage = vethStage();
  using folder = new Folder();
  const frames = FRAMES.map(({ frame }) => frame);
  const by = "source,destination,protocol,source-port,port";
  for (const name of ["a.jsonl", "b.csv"]) {
    const file = `${folder.path}/${name}`;
    await using capture = new Capture(
      ["-i", "100ms", "--hook", "xdp", "--by", by, "-o", file, "vb"],
      { in: stage.name },
      [],
    );
    await capture.until(() => capture.stderr.includes("Press Ctrl-C"));
    await send(stage, "va", frames);
    stage.settledRxPackets("vb");
    assertEquals((await capture.end("SIGINT")).code, 0);
  }
  const rows = async (name: string, ...more: string[]) => {
    const file = `${folder.path}/${name}`;
    const args = ["report", "--top", "0", "--format", "jsonl", ...more, file];
    const { stdout } = await run(args);
    return stdout.trimEnd().split("\n").map((line) => JSON.parse(line))
      .filter(({ type }) => type === "row")
      .map(({ type: _, firstSeen, lastSeen, busiestMinute, ...row }) => {
        assert(firstSeen && lastSeen && busiestMinute);
        return row;
      });
  };
  const readings = frames.map((frame) =>
    read(frame, false, { by: parseFields(by) })
  )
    .flatMap((reading) => "key" in reading ? [reading.key.split(",")] : []);
  for (
    const [list, ...places] of [
      ["source", 0],
      ["protocol", 2],
      ["protocol,port", 2, 4],
      [by, 0, 1, 2, 3, 4],
    ] as const
  ) {
    const expected = new Map<string, number>();
    for (const values of readings) {
      const key = places.map((at) => values[at]).join();
      expected.set(key, (expected.get(key) ?? 0) + 1);
    }
    for (const name of ["a.jsonl", "b.csv"]) {
      const found = await rows(name, "--by", list);
      const names = parseFields(list).map(fieldInJson);
      assertEquals(
        new Map(found.map((row) => [
          names.map((field) => row[field] ?? "-").join(),
          row.packets,
        ])),
        expected,
      );
    }
  }
  assertEquals(await rows("a.jsonl"), await rows("a.jsonl", "--by", by));
  const [unknown] = await rows("a.jsonl", "--by", "vlan");
  assertEquals([unknown!.vlan, unknown!.packets], ["?", readings.length]);
});

Deno.test("a CSV file with other columns is not appended to", async () => {
  using stage = vethStage();
  using folder = new Folder();
  const file = `${folder.path}/x.csv`;
  const capture = (...args: string[]) =>
    run(["vb", "--count", "1", "-i", "100ms", "-o", file, ...args], {
      in: stage.name,
    });
  assertEquals((await capture("--by", "source,port")).code, 0);
  const before = Deno.readTextFileSync(file);
  for (const args of [[], ["--by", "port"]]) {
    const { code, stderr } = await capture(...args);
    assertEquals(code, 7);
    assertStringIncludes(
      stderr,
      "it has something else than xdptally's csv with --by",
    );
  }
  assertEquals((await capture("--by", "port,source")).code, 0);
  assertEquals(Deno.readTextFileSync(file).startsWith(before), true);
});

Deno.test("--listen has a label for each field", async () => {
  using stage = vethStage();
  using folder = new Folder();
  const page = `${folder.path}/x.prom`;
  await using capture = new Capture(
    [
      "-i",
      "100ms",
      "--hook",
      "xdp",
      "--by",
      "source,source-port,port",
      "-o",
      page,
      "--user",
      "root",
      "vb",
    ],
    { in: stage.name },
    [],
  );
  await capture.until(() => capture.stderr.includes("Press Ctrl-C"));
  await send(stage, "va", [
    bytes(ethernet(ETHERTYPE.ipv4), ipv4("10.0.0.1")),
    ethernetFrame("10.0.0.1"),
  ]);
  stage.settledRxPackets("vb");
  assertEquals((await capture.end("SIGINT")).code, 0);
  const text = Deno.readTextFileSync(page);
  assert(
    /^xdptally_source_packets_total\{interface="vb",direction="in",source="10.0.0.1",source_port="\d*",port="\d*"\} 2$/m
      .test(text),
    text,
  );
  assert(
    /^xdptally_source_packets_total\{[^}]*source="other",source_port="other",port="other"\} 0$/m
      .test(text),
    text,
  );
});

Deno.test({
  name:
    "--by vlan where the hardware may remove tags: tc counts, and XDP warns",
  ignore: TCX,
  async fn() {
    using stage = vethStage();
    const frames = [
      bytes(ethernet(ETHERTYPE.arp, [VLAN]), Array(28).fill(1)),
      ARP,
    ];
    const plain = await count(frames, ["--by", "vlan"], stage);
    assertEquals(plain.mode, "tc");
    assertEquals(rowsOf(plain.record), ["-", "7"]);
    const strict = ["--by", "vlan", "--hook", "xdp"];
    const warning = "the hardware may remove VLAN tags before XDP sees them";
    const { stderr } = await count(frames, strict, stage);
    assertStringIncludes(stderr, warning);
    stage.run("ethtool", "-K", "vb", "rxvlan", "off");
    const off = await count(frames, strict, stage);
    assertEquals(off.stderr.includes(warning), false);
    assertEquals(rowsOf(off.record), ["-", "7"]);
  },
});
