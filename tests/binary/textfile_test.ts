/** `-o FILE.prom`, read by Prometheus' own tools. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Folder } from "../lib/folder.ts";
import { ethernetFrame } from "../lib/frames.ts";
import { sh, vethStage } from "../lib/stage.ts";
import { send } from "../lib/traffic.ts";
import { become, BINARY, isThere, run, startCapture } from "../lib/xdptally.ts";

/** The samples of a page, by name and labels. */
function samples(page: string): Record<string, number> {
  return Object.fromEntries(
    page.split("\n").filter((line) => /^[a-z]/.test(line)).map((line) => {
      const space = line.lastIndexOf(" ");
      return [line.slice(0, space), Number(line.slice(space))];
    }),
  );
}

function promtool(page: string): string {
  const { code, stdout, stderr } = new Deno.Command("sh", {
    args: ["-c", 'printf %s "$1" | promtool check metrics', "-", page],
  }).outputSync();
  const said = new TextDecoder().decode(stdout) +
    new TextDecoder().decode(stderr);
  return `${said}${code}`;
}

Deno.test("-o FILE.prom: exact counts, and promtool finds nothing", async () => {
  using stage = vethStage();
  using folder = new Folder();
  const file = `${folder.path}/new/node.prom`;
  const capture = await startCapture(
    ["-i", "100ms", "--labels", "1", "-o", file, "va", "vb"],
    stage,
  );
  await using _ = capture;
  await send(stage, "va", [
    ethernetFrame("10.0.0.1"),
    ethernetFrame("10.0.0.1"),
    ethernetFrame("10.0.0.2"),
  ]);
  const page = () => Deno.readTextFileSync(file);
  const total = 'xdptally_packets_total{interface="vb",direction="in"}';
  await become(() => samples(page())[total] === 3);
  assertEquals((await capture.end("SIGINT")).code, 0);

  const found = samples(page());
  const of = (name: string, labels: string) =>
    found[`xdptally_${name}{interface="vb",direction="in",${labels}}`];
  assertEquals(of("class_packets_total", 'class="source"'), 3);
  assertEquals(of("source_packets_total", 'source="10.0.0.1"'), 2);
  assertEquals(of("source_packets_total", 'source="10.0.0.2"'), undefined);
  assertEquals(of("source_packets_total", 'source="other"'), 1);
  assertEquals(found['xdptally_running{interface="va",direction="in"}'], 0);
  assertEquals(
    found['xdptally_packets_total{interface="va",direction="in"}'],
    0,
  );
  assertEquals(promtool(page()), "0");
  // An exporter that is not root can read it, and no temporary file is left.
  assertEquals(Deno.statSync(file).mode! & 0o777, 0o644);
  assertEquals([...Deno.readDirSync(`${folder.path}/new`)].length, 1);
});

Deno.test("-o FILE.prom: node_exporter serves the files of several runs, without an error", async () => {
  using stage = vethStage();
  using folder = new Folder();
  stage.ip("link", "set", "dev", "lo", "up");
  const capture = await startCapture(
    ["-i", "100ms", "--format", "prom", "-o", `${folder.path}/`, "vb"],
    stage,
  );
  await using _ = capture;
  const args = ["-i", "100ms", "-o", `${folder.path}/other.prom`, "va", "lo"];
  await using _other = await startCapture(args, stage);
  const log = `${folder.path}/log`;
  const exporter = new Deno.Command("sh", {
    args: [
      ...["-c", 'exec "$@" 2>"$0"', log],
      ...["ip", "netns", "exec", stage.name, "prometheus-node-exporter"],
      ...["--collector.disable-defaults", "--collector.textfile"],
      `--collector.textfile.directory=${folder.path}`,
      "--web.listen-address=127.0.0.1:9100",
    ],
    stdout: "null",
  }).spawn();
  try {
    await send(stage, "va", [ethernetFrame("10.0.0.7")], 5);
    const scrape = () =>
      new TextDecoder().decode(
        new Deno.Command("ip", {
          args: [
            ...["netns", "exec", stage.name],
            ...["curl", "-s", "http://127.0.0.1:9100/metrics"],
          ],
        }).outputSync().stdout,
      );
    const sample =
      'xdptally_source_packets_total{direction="in",interface="vb",source="10.0.0.7"} 5\n';
    await become(() => scrape().includes(sample));
    await become(() =>
      scrape().includes('xdptally_running{direction="in",interface="va"} 1')
    );
    assertStringIncludes(scrape(), "node_textfile_scrape_error 0\n");
    const errors = Deno.readTextFileSync(log).split("\n").filter((line) =>
      /level=error/.test(line)
    );
    assertEquals(errors, []);
  } finally {
    exporter.kill("SIGTERM");
    await exporter.status;
  }
});

Deno.test("-o FILE.prom: no reader sees a partial page, and kill -9 leaves none", async () => {
  using stage = vethStage();
  using folder = new Folder();
  const file = `${folder.path}/x.prom`;
  Deno.writeTextFileSync(`${folder.path}/.x.prom.0123456789abcdef.tmp`, "old");
  Deno.writeTextFileSync(`${folder.path}/.x.prom.mine.tmp`, "not ours");
  const capture = await startCapture(["-i", "100ms", "-o", file, "vb"], stage);
  await using _ = capture;
  await become(() => isThere(file));
  const inodes = new Set<number | null>();
  while (inodes.size < 5) {
    // Opened once, so that text and inode belong to the same file.
    using page = Deno.openSync(file);
    const bytes = new Uint8Array(65_536);
    const text = new TextDecoder().decode(
      bytes.subarray(0, page.readSync(bytes) ?? 0),
    );
    assert(text.endsWith("\n"));
    assertStringIncludes(text, 'source_bytes_total{interface="vb"');
    inodes.add(page.statSync().ino);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await capture.end("SIGKILL");
  await run(["-q", "-c", "1", "-i", "100ms", "-o", file, "vb"], {
    in: stage.name,
  });
  assertEquals(
    [...Deno.readDirSync(folder.path)].map(({ name }) => name).sort(),
    [".x.prom.mine.tmp", "x.prom"],
  );
});

Deno.test("-o FILE.prom: a page that cannot be written is an error, exit 7", async () => {
  using stage = vethStage();
  using folder = new Folder();
  const file = (name: string) => `${folder.path}/${name}`;
  const capture = (...args: string[]) =>
    run(["-q", "-c", "2", "-i", "100ms", ...args, "vb"], { in: stage.name });

  sh("mkfifo", file("fifo.prom"));
  Deno.mkdirSync(file("folder.prom"));
  Deno.writeTextFileSync(file("mine.prom"), "# HELP mine_total Mine\n");
  for (
    const [name, why] of [
      ["fifo.prom", "it is a FIFO"],
      ["folder.prom", "Is a directory (EISDIR)"],
      ["mine.prom", "it has something else than xdptally's prom"],
    ]
  ) {
    const { code, stderr } = await capture("-o", file(name!));
    assertEquals([code, stderr], [
      7,
      `xdptally: Cannot write to "${file(name!)}": ${why}; name another file\n`,
    ]);
  }
  for (
    const [args, why] of [
      [["--format", "prom"], "metrics need a file; give -o FILE.prom"],
      [
        ["-o", file("x.prom.gz")],
        "metrics cannot be compressed: node_exporter does not read .gz",
      ],
    ] as const
  ) {
    const { code, stderr } = await capture(...args);
    assertEquals(code, 2, BINARY);
    assertStringIncludes(stderr, why);
  }
});

Deno.test("-o FILE.prom: when the disk is full, the previous page stays whole", async () => {
  using stage = vethStage();
  using folder = new Folder();
  sh("mount", "-t", "tmpfs", "-o", "size=16k", "none", folder.path);
  try {
    const file = `${folder.path}/x.prom`;
    const capture = await startCapture(
      ["-i", "100ms", "-o", file, "vb"],
      stage,
    );
    await using _ = capture;
    using filler = Deno.openSync(`${folder.path}/filler`, {
      write: true,
      create: true,
    });
    await become(() => isFull(filler));
    await become(() => capture.stderr.includes("No space left"));
    const page = Deno.readTextFileSync(file);
    assertStringIncludes(page, 'source_bytes_total{interface="vb"');
    filler.truncateSync(0);
    await become(() => capture.stderr.includes("again"));
    assertEquals((await capture.end("SIGINT")).code, 0);
  } finally {
    sh("umount", folder.path);
  }
});

/** Appends a block; true if the disk is full. */
function isFull(file: Deno.FsFile): boolean {
  try {
    file.writeSync(new Uint8Array(4096));
    return false;
  } catch {
    return true;
  }
}
