/** Changes to the interface and a hostile system, while the program counts. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { Folder } from "../lib/folder.ts";
import { FRAMES } from "../lib/frames.ts";
import { lacksKernel } from "../lib/kernel.ts";
import { Namespace, sh, vethStage } from "../lib/stage.ts";
import { flood, send, twoCpus } from "../lib/traffic.ts";
import { assertBalanced, Capture, run, sum } from "../lib/xdptally.ts";

const FRAME = FRAMES[0]!.frame;

/** Runs a command that should be refused and returns its exit code. */
function attempt(stage: Namespace, ...command: string[]): number {
  return new Deno.Command("ip", {
    args: ["netns", "exec", stage.name, ...command],
    stdout: "null",
    stderr: "null",
  }).outputSync().code;
}

const otherProgram = [
  "object",
  new URL("../../dist/tests/flood.bpf.o", import.meta.url).pathname
    .replaceAll("%20", " "),
  "program",
  "pass",
];

/** Events that must not lose a frame. */
const EVENTS: Record<string, (stage: Namespace) => void> = {
  "the interface is taken down and up": (stage) => {
    stage.ip("link", "set", "dev", "vb", "down");
    stage.ip("link", "set", "dev", "vb", "up");
  },
  "its MTU grows, and shrinks": (stage) => {
    for (const mtu of ["9000", "1280"]) {
      stage.ip("link", "set", "dev", "vb", "mtu", mtu);
    }
  },
  "its address changes": (stage) =>
    void stage.ip("link", "set", "dev", "vb", "address", "02:00:00:00:00:99"),
  "somebody asks ip to take XDP off": (stage) =>
    assert(attempt(stage, "ip", "link", "set", "dev", "vb", "xdp", "off") > 0),
  "somebody attaches another XDP program": (stage) => {
    for (const mode of ["xdp", "xdpgeneric", "xdpdrv"]) {
      const set = ["ip", "-force", "link", "set", "dev", "vb", mode];
      assert(attempt(stage, ...set, ...otherProgram) > 0, mode);
    }
  },
};

for (const hook of ["xdp", "tc"]) {
  for (const [event, bring] of Object.entries(EVENTS)) {
    const isAboutXdp = event.startsWith("somebody");
    if (isAboutXdp && hook !== "xdp") continue;
    Deno.test({
      name: `${event}: counting goes on, with --hook ${hook}`,
      ignore: hook === "tc" && lacksKernel(6, 6, "tcx links"),
      fn: async () => {
        using stage = vethStage();
        const args = ["--hook", hook, "-i", "100ms", "vb"];
        await using capture = new Capture(args, { in: stage.name });
        await capture.attached();
        const [program] = stage.programs("vb");
        await send(stage, "va", [FRAME], 5);
        bring(stage);
        await send(stage, "va", [FRAME], 7);
        assertEquals(stage.programs("vb"), [program!]);
        const { code, record } = await capture.end("SIGINT");
        assertBalanced(record);
        const { complete, total } = record;
        assertEquals([code, complete, total.packets], [0, true, 12]);
      },
    });
  }
}

Deno.test("the interface moves to another namespace: an end record, exit 4, nothing attached there", async () => {
  using stage = vethStage();
  using elsewhere = new Namespace();
  await using capture = new Capture(["-i", "100ms", "vb"], { in: stage.name });
  await capture.attached();
  await send(stage, "va", [FRAME], 5);
  stage.ip("link", "set", "dev", "vb", "netns", elsewhere.name);
  const { code, record } = await capture.end();
  assertEquals(
    [code, record.reason, record.complete, record.total.packets],
    [4, "interface-gone", true, 5],
  );
  assertEquals(elsewhere.programs("vb"), []);
});

Deno.test("no libbpf, a read-only root, noexec temp folders: it runs", async () => {
  using stage = vethStage();
  const harden =
    // The executable stays reachable if the clone is in a temp folder.
    'mount --bind "$(dirname "$0")" /mnt || exit;' +
    'for library in $(/sbin/ldconfig -p | sed -n "s/.*libbpf.so.* => //p"); do mount --bind /dev/null "$library"; done;' +
    "for folder in /tmp /var/tmp /dev/shm; do mount -t tmpfs -o ro,noexec,nosuid none $folder || exit; done;" +
    "mount -o remount,bind,ro / || exit;" +
    'cd / && exec /mnt/xdptally "$@"';
  await using capture = new Capture(["-v", "-i", "100ms", "vb"], {
    in: stage.name,
    through: ["unshare", "--mount", "sh", "-c", harden],
  });
  await capture.attached();
  await send(stage, "va", [FRAME], 9);
  const { code, record, stderr } = await capture.end("SIGINT");
  assertEquals([code, record.total.packets], [0, 9]);
  assertStringIncludes(stderr, "Using embedded libbpf.so.1");
});

Deno.test("processes of higher priority take the CPU: no packet is lost", async () => {
  using stage = vethStage();
  await using capture = new Capture(["-i", "100ms", "vb"], { in: stage.name });
  await capture.attached();
  sh("renice", "-n", "19", "-p", String(capture.pid));
  const spin = () =>
    new Deno.Command("sh", { args: ["-c", "while :; do :; done"] }).spawn();
  const spinning = Array.from({ length: navigator.hardwareConcurrency }, spin);
  try {
    await flood(stage, "va", 200_000, 5000, "shuffle");
    const arrived = stage.settledRxPackets("vb");
    const { code, record } = await capture.end("SIGINT");
    for (const each of [...capture.ticks, record]) assertBalanced(each);
    assertEquals(
      [code, record.complete, record.total.packets],
      [0, true, arrived],
    );
    assertEquals(sum(capture.ticks, ({ total }) => total.packets), arrived);
  } finally {
    for (const child of spinning) child.kill("SIGKILL");
    await Promise.all(spinning.map(({ status }) => status));
  }
});

Deno.test("an interface whose name is as long and as odd as Linux allows", async () => {
  const name = "a\"b'$\\;&*,\u00e9|#!";
  assertEquals(new TextEncoder().encode(name).length, 15);
  using stage = new Namespace();
  stage.veth("va", name);
  using folder = new Folder();
  for (const format of ["jsonl", "csv", "txt"]) {
    const args = ["-q", "-c", "1", "-i", "100ms", "-o"];
    const file = `${folder.path}/%i.${format}`;
    await using capture = new Capture([...args, file, name], {
      in: stage.name,
    }, []);
    const { code, stderr } = await capture.end();
    assertEquals([code, stderr], [0, ""]);
    const text = Deno.readTextFileSync(`${folder.path}/${name}.${format}`);
    const written = {
      jsonl: JSON.stringify(name),
      csv: `"${name.replaceAll('"', '""')}"`,
      txt: name,
    }[format]!;
    assertStringIncludes(text, written);
  }
});

Deno.test("alternative names of any length: the records have the interface's own", async () => {
  using stage = vethStage();
  for (const other of ["y", "x".repeat(15), "x".repeat(16), "é".repeat(63)]) {
    stage.ip("link", "property", "add", "dev", "vb", "altname", other);
    await using capture = new Capture(["-c", "1", "-i", "100ms", other], {
      in: stage.name,
    });
    const { code, record } = await capture.end();
    assertEquals([code, record.interface], [0, "vb"]);
    assertEquals((await run(["check", other], { in: stage.name })).code, 0);
  }
});

Deno.test("a name that is not UTF-8: it is listed and called that, and an alternative name helps", async () => {
  using stage = vethStage();
  // Deno's own arguments are UTF-8.
  stage.run("sh", "-c", "ip link set dev vb name $(printf 'v\\377')");
  const options = { in: stage.name };
  const { code, stdout } = await run(["-D"], options);
  assertEquals(code, 0);
  assertMatch(stdout, / v\ufffd .*, name is not UTF-8\n/);
  const checked = await run(["check"], options);
  assertEquals([checked.code, checked.stderr], [0, ""]);
  assertStringIncludes(checked.stdout, "ip link property add dev");

  const add = "ip link property add dev $(printf 'v\\377') altname other";
  stage.run("sh", "-c", add);
  await using capture = new Capture(["-i", "100ms", "other"], options);
  await capture.attached();
  stage.ip("link", "set", "dev", "other", "up");
  await send(stage, "va", [FRAME], 3);
  const end = await capture.end("SIGINT");
  assertEquals([end.code, end.record.total.packets], [0, 3]);
});

/** What /sys may show of the CPUs, as lxcfs does; shell commands in a mount namespace. */
const show = (list: string, text: string) =>
  `printf '${text}' >/mnt/list; mount --bind /mnt/list /sys/devices/system/cpu/${list} || exit;`;
const VIEWS: Record<string, string> = {
  "present is too small": show("present", "0\\n"),
  "present is no list": show("present", "x\\n"),
  "present is empty": show("present", ""),
  "present names more than can be": show("present", "0-99999\\n"),
  "possible is too small": show("possible", "0\\n"),
  "there is none": "mount -t tmpfs none /sys/devices/system/cpu || exit;",
  "/sys is not mounted": "umount -l /sys || exit;",
};

for (const [view, change] of Object.entries(VIEWS)) {
  Deno.test(`the list of CPUs in /sys lies (${view}): all packets count`, async () => {
    using stage = vethStage();
    const script = `mount -t tmpfs none /mnt || exit;${change}exec "$0" "$@"`;
    await using capture = new Capture(["-i", "100ms", "vb"], {
      in: stage.name,
      through: ["unshare", "--mount", "sh", "-c", script],
    });
    await capture.attached();
    for (const cpu of twoCpus()) await send(stage, "va", [FRAME], 5, cpu);
    const { code, record, stderr } = await capture.end("SIGINT");
    assertBalanced(record);
    assertEquals(
      [code, record.total.packets, record.untracked.packets],
      [0, 10, 0],
    );
    assert(!stderr.includes("CPU"), stderr);
  });
}
