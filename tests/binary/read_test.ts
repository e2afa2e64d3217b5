/** `xdptally read`: files, pipes, damage, signals, and what the records are good for. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { gzipSync } from "node:zlib";
import { MICROSECONDS, NANOSECONDS, pcapParts } from "../lib/capture_bytes.ts";
import { Folder } from "../lib/folder.ts";
import {
  type Bytes,
  bytes,
  ethernet,
  ethernetFrame,
  ETHERTYPE,
} from "../lib/frames.ts";
import { generator } from "../lib/random.ts";
import { somePcapng } from "../lib/some_captures.ts";
import {
  assertBalanced,
  BINARY,
  type JsonRecord,
  readUntil,
  run,
} from "../lib/xdptally.ts";

const T0 = 1_700_000_000;

/** Packets half a second apart: of 10.0.0.1, 10.0.0.2 and so on, and one ARP. */
function packetsOf(count: number) {
  const arp = bytes(ethernet(ETHERTYPE.arp), Array(28).fill(0));
  return Array.from({ length: count }, (_, at) => ({
    data: at === 3 ? arp : ethernetFrame(`10.0.0.${1 + at % 3}`),
    wireLength: 1000 + at,
    seconds: T0 + (at >> 1),
    nanoseconds: (at & 1) * 500_000_000,
  }));
}

const FILE = bytes(...pcapParts(packetsOf(10)));

/** The rows of 10 packets, and their total. */
const SOURCES = [
  { ip: "10.0.0.1", packets: 3, bytes: 1000 + 1006 + 1009 },
  { ip: "10.0.0.2", packets: 3, bytes: 1001 + 1004 + 1007 },
  { ip: "10.0.0.3", packets: 3, bytes: 1002 + 1005 + 1008 },
];

/** Runs it on files by their names in a folder. */
async function read(
  files: Readonly<Record<string, Uint8Array>>,
  ...args: string[]
) {
  using folder = new Folder();
  for (const [name, contents] of Object.entries(files)) {
    const path = `${folder.path}/${name}`;
    Deno.mkdirSync(path.replace(/\/[^/]*$/, ""), { recursive: true });
    Deno.writeFileSync(path, contents);
  }
  const output = await run(["read", ...args, ...Object.keys(files)], {
    cwd: folder.path,
    // Nobody may load programs, and there is no libbpf to be opened.
    through: ["setpriv", "--bounding-set=-all", "--no-new-privs"],
  });
  const lines = output.stdout.split("\n").filter((line) => line !== "");
  const records: JsonRecord[] = args.includes("-j")
    ? lines.map((line) => JSON.parse(line))
    : [];
  for (const record of records) {
    if (record.type !== "start") assertBalanced(record);
  }
  return { ...output, records, ends: records.filter((r) => r.type === "end") };
}

Deno.test("text is one table of all files; other formats have a run for each", async () => {
  const files = { "a.pcap": FILE, "sub/b.pcap": FILE };
  const table = await read(files);
  assertEquals([table.code, table.stderr], [0, ""]);
  assertMatch(
    table.stdout,
    /^2 files 2023-11-14T22:13:24Z end \(end of file\) after 1 tick in 4.500 s: 20 packets = 18 from 3 sources \+ 0 untracked \+ 2 non-IP \+ 0 malformed\n(\t10.0.0.[123] => 6 .*\n){3}$/,
  );
  const { code, records, stderr } = await read(files, "-j");
  assertEquals([code, stderr], [0, ""]);
  assertEquals(
    records.map(({ type, interface: name }) => `${name} ${type}`),
    ["a", "b"].flatMap((file) =>
      ["start", ...Array(5).fill("tick"), "end"].map((type) =>
        `${file}.pcap ${type}`
      )
    ),
  );
  assertEquals(new Set(records.map((record) => record.run)).size, 1);
  for (const end of records.filter(({ type }) => type === "end")) {
    const { reason, complete, sources, nonIp, ticks } = end;
    assertEquals([reason, complete, ticks], ["end of file", true, 5]);
    assertEquals(sources, SOURCES);
    assertEquals(nonIp.types, { arp: 1 });
  }
});

Deno.test("the same packets in every format, byte order, compression and way in are the same", async () => {
  using folder = new Folder();
  const files: Record<string, Uint8Array> = {};
  for (const isLittle of [true, false]) {
    for (const magic of [MICROSECONDS, NANOSECONDS]) {
      const file = bytes(...pcapParts(packetsOf(10), { isLittle, magic }));
      files[`${isLittle} ${magic}.pcap`] = file;
      files[`${isLittle} ${magic}.pcap.gz`] = gzipSync(file);
    }
  }
  const { ends, code } = await read(files, "-j");
  assertEquals([code, ends.length], [0, 8]);
  for (const { sources } of ends) assertEquals(sources, SOURCES);

  const path = `${folder.path}/x`;
  for (const [name, file] of Object.entries(files)) {
    Deno.writeFileSync(path, file);
    for (const size of [1, 17, 100_000]) {
      const line =
        `dd if='${path}' bs=${size} status=none | '${BINARY}' read -j -`;
      const { code, stdout } = await run(["-c", line], { binary: "bash" });
      const end = JSON.parse(stdout.trimEnd().split("\n").at(-1)!);
      assertEquals(
        [code, end.interface, end.sources],
        [0, "stdin", SOURCES],
        name,
      );
    }
  }
});

Deno.test("a file that ends anywhere: exit 8, the byte is named, and what came before counts", async () => {
  const parts = pcapParts(packetsOf(4));
  const files: Record<string, Bytes> = {};
  for (
    let length = 4, whole = bytes(...parts);
    length < whole.length;
    length += 7
  ) {
    files[`${length}.pcap`] = whole.slice(0, length);
  }
  const { code, ends, stderr } = await read(files, "-j");
  assertEquals(code, 8);
  for (const name of Object.keys(files)) {
    const length = Number.parseInt(name);
    let at = 0, packets = -1;
    for (const part of parts) {
      if (at + part.length > length) break;
      at += part.length;
      packets++;
    }
    const end = ends.find((end) => end.interface === name);
    const isWhole = at === length && packets >= 0;
    assertEquals(end?.total.packets ?? 0, Math.max(packets, 0), name);
    assertEquals(end?.complete ?? isWhole, isWhole, name);
    const where = `xdptally: "${name}": the file ends in ${
      packets < 0 ? "its header" : "the middle of a packet"
    } at byte ${at}\n`;
    assertEquals(stderr.includes(where), !isWhole, `${name}\n${stderr}`);
  }
});

Deno.test("what is no capture is named, the others are read; if there is none, it says so", async () => {
  const bad = {
    "text.pcap": new TextEncoder().encode("no packets here\n"),
    "empty.pcap": bytes(),
    "x.pcap.xz": Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0),
    "wifi.pcap": bytes(...pcapParts(packetsOf(3), { link: 127 })),
  };
  const { code, ends, stderr } = await read(
    { ...bad, "good.pcap": FILE },
    ...["-j", "missing.pcap", "."],
  );
  assertEquals([code, ends.length], [8, 1]);
  assertEquals(ends[0].sources, SOURCES);
  for (
    const line of [
      'Cannot read "missing.pcap": No such file or directory',
      'Cannot read ".": Is a directory',
      '"text.pcap": it is neither pcap nor pcapng, but text, but not of xdptally',
      '"empty.pcap": it is empty',
      '"x.pcap.xz": it is neither pcap nor pcapng, but xz; decompress it first',
      '"wifi.pcap": 3 packets of IEEE 802.11 with radiotap left out: this link type cannot be read',
    ]
  ) assertStringIncludes(stderr, `xdptally: ${line}\n`);
  const none = await read(bad);
  assertEquals([none.code, none.stdout], [1, ""]);
  assertStringIncludes(
    none.stderr,
    "Cannot read: none of the files has packets that can be read",
  );
});

Deno.test("a capture without packets is none of its faults", async () => {
  const empty = bytes(...pcapParts([]));
  for (const args of [[], ["-j"]]) {
    const { code, stdout, stderr } = await read({ "x.pcap": empty }, ...args);
    assertEquals(
      [code, stdout, stderr],
      [0, "", 'xdptally: "x.pcap" has no packets\n'],
    );
  }
});

Deno.test("files of one name keep their folders, and one that is named twice is read once", async () => {
  const { records, stderr } = await read(
    { "a/x.pcap": FILE, "b/x.pcap": FILE },
    ...["-j", "./a/x.pcap"],
  );
  assertEquals(
    new Set(records.map((record) => record.interface)),
    new Set(["./a/x.pcap", "b/x.pcap"]),
  );
  assertEquals(
    stderr,
    'xdptally: "a/x.pcap" is the same file as "./a/x.pcap": it is read once\n',
  );
});

Deno.test("options: fields, filter, prefix, rows, order, bound, format and file", async () => {
  const of = async (...args: string[]) =>
    (await read({ "x.pcap": FILE }, "-j", ...args)).ends[0];
  const by = await of("--by", "ethertype");
  assertEquals(by.sources.map((row: JsonRecord) => row.ethertype), [
    "ipv4",
    "arp",
  ]);
  assertEquals(
    (await of("--filter", "10.0.0.0/30,!10.0.0.2")).filtered.packets,
    3,
  );
  assertEquals((await of("--prefix4", "30")).sources[0].ip, "10.0.0.0/30");
  const top = await of("--top", "1", "--sort", "bytes");
  assertEquals([top.sources.length, top.others.sources], [1, 2]);
  const bound = await read({ "x.pcap": FILE }, "-j", "--max-sources", "2");
  assertEquals(bound.ends[0].untracked.full, 3);
  assertStringIncludes(bound.stderr, 'More sources in "x.pcap" than --max-');
  const text = await read({ "x.pcap": FILE }, "-i", "2s");
  assertEquals(
    text.stdout.match(/x.pcap \S+ (tick \d|end \(end of file\))/g)?.length,
    4,
  );
  const prom = await read(
    { "x.pcap": FILE },
    "--format",
    "prom",
    "-o",
    "x.prom",
  );
  assertEquals(prom.code, 2);
  assertStringIncludes(prom.stderr, "metrics are of what is counted now");
  using folder = new Folder();
  const csv = `${folder.path}/%i.csv`;
  assertEquals((await read({ "x.pcap": FILE }, "-o", csv)).code, 0);
  assertMatch(
    Deno.readTextFileSync(`${folder.path}/x.pcap.csv`),
    /^start,.*\r?\n2023-11-14T22:13:20/,
  );
});

Deno.test("report takes the records: nothing is missing, and a pause is a gap", async () => {
  using folder = new Folder();
  const path = `${folder.path}/x.pcap`;
  const later = packetsOf(4).map((packet) => ({
    ...packet,
    seconds: packet.seconds + 60,
  }));
  const report = async (file: Uint8Array) => {
    Deno.writeFileSync(path, file);
    const line = `'${BINARY}' read -j '${path}' | '${BINARY}' report -`;
    return await run(["-c", line], { binary: "bash" });
  };
  const whole = await report(FILE);
  assertEquals([whole.code, whole.stderr], [0, ""]);
  assertStringIncludes(whole.stdout, "Nothing is missing");
  const gap = await report(bytes(...pcapParts([...packetsOf(10), ...later])));
  assertEquals(gap.code, 0);
  assertMatch(gap.stdout, /1 gap/i);
  const cut = await report(FILE.slice(0, -1));
  assertEquals(cut.code, 8);
  assertStringIncludes(cut.stdout, "incomplete");
  const direct = await run(["report", path]);
  assertEquals(direct.code, 8);
  assertStringIncludes(direct.stdout, "a pcap file; use xdptally read");
});

Deno.test("a signal ends it while a pipe pauses, and what was read is recorded", async () => {
  for (const args of [["-j"], []]) {
    const child = new Deno.Command("env", {
      args: ["--default-signal", BINARY, "read", ...args, "-"],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const stdout = child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    const writer = child.stdin.getWriter();
    await writer.write(FILE.slice(0, -5));
    let said = args.length > 0 ? await readUntil(stdout, '"seq":4') : "";
    // Without records nothing says that it is waiting: until it has read all.
    if (said === "") await emptied(child.pid);
    child.kill("SIGINT");
    for (let part; !(part = await stdout.read()).done;) said += part.value;
    const { code } = await child.status;
    assertEquals(code, 0);
    assertStringIncludes(
      said,
      args.length > 0 ? '"reason":"signal"' : "end (signal)",
    );
    assertStringIncludes(
      said,
      args.length > 0 ? '"packets":9,' : "9 packets =",
    );
    await writer.close().catch(() => {});
    await child.stderr.cancel();
  }
});

/** Waits until a process sleeps while its standard input is empty. */
async function emptied(pid: number): Promise<void> {
  for (let rounds = 0; rounds < 6000; rounds++) {
    const poll = new Deno.Command("python3", {
      args: [
        "-c",
        `import fcntl,termios,struct,os
f=os.open("/proc/${pid}/fd/0",os.O_RDONLY|os.O_NONBLOCK)
print(struct.unpack("i",fcntl.ioctl(f,termios.FIONREAD,b"    "))[0])`,
      ],
    }).outputSync();
    if (new TextDecoder().decode(poll.stdout).trim() === "0") return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("it did not read its standard input");
}

Deno.test("a reader that goes away ends it, a full disk is exit 7, a FIFO is read", async () => {
  using folder = new Folder();
  const path = `${folder.path}/x.pcap`;
  Deno.writeFileSync(path, bytes(...pcapParts(packetsOf(20_000))));
  const sh = (line: string) =>
    run(["-c", `set -o pipefail; ${line}`], { binary: "bash" });
  const gone = await sh(`'${BINARY}' read -j '${path}' | head -n 2`);
  assertEquals([gone.code, gone.stderr], [0, ""]);
  const full = await sh(`'${BINARY}' read '${path}' >/dev/full`);
  assertEquals(full.code, 7);
  assertStringIncludes(full.stderr, "Cannot write to stdout: No space left");
  const fifo = await sh(
    `cd '${folder.path}'; mkfifo f; cat x.pcap >f & '${BINARY}' read -j f | tail -n 1`,
  );
  const end = JSON.parse(fifo.stdout);
  assertEquals([end.interface, end.total.packets], ["f", 20_000]);
});

Deno.test("broken files: no failure is unexpected, and what is written can be reported", async () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  const random = generator(seed);
  const files: Record<string, Uint8Array> = {};
  for (let file = 0; file < 300; file++) {
    const parts = random(2) === 0 ? [FILE] : somePcapng(random).parts;
    const whole = bytes(...parts);
    for (let changes = random(5); changes > 0; changes--) {
      whole[random(whole.length)] = random(256);
    }
    const cut = random(3) === 0 ? whole.slice(0, random(whole.length)) : whole;
    files[`${file}.pcap`] = random(4) === 0 ? gzipSync(cut) : cut;
    const zipped = files[`${file}.pcap`]!;
    if (random(2) === 0) zipped[random(zipped.length)] = random(256);
  }
  using folder = new Folder();
  const output = `${folder.path}/out.jsonl`;
  const { code, stderr } = await read(files, "-i", "1d", "-o", output);
  assertEquals(code, 8, `seed ${seed}`);
  assert(!stderr.includes("Unexpected"), `seed ${seed}: ${stderr}`);
  const report = await run(["report", "--format", "jsonl", output]);
  assert(!report.stdout.includes('"kind":"broken"'), `seed ${seed}`);
});
