/** However a run ends, the kernel frees all it held, and no frame is lost. */
import { assert, assertEquals } from "@std/assert";
import { Folder } from "../lib/folder.ts";
import { type Bytes, bytes, ethernet, ETHERTYPE, ipv4 } from "../lib/frames.ts";
import { writePcap } from "../lib/pcap.ts";
import { type Namespace, sh, vethStage } from "../lib/stage.ts";
import { Tcpdump } from "../lib/tcpdump.ts";
import { flood } from "../lib/traffic.ts";
import { Capture, type RunOptions, sum } from "../lib/xdptally.ts";

interface Ending {
  /** How to start the run, if not simply as the built executable. */
  readonly options?: RunOptions;
  /** Ends the run, or starts to. */
  readonly bring: (capture: Capture, stage: Namespace) => void | Promise<void>;
  /** The exit code; undefined: any but 0. */
  readonly code?: number;
  /** The reason in the end record, if there is one. */
  readonly reason?: string;
}

/** Runs the source with a bug in it instead of the executable. @see tests/lib/broken.ts */
function broken(bug: string): RunOptions {
  const script = new URL("../lib/broken.ts", import.meta.url).pathname
    .replaceAll("%20", " ");
  const deno = ["run", "--quiet", "--no-check", "--allow-all", ...Deno.args];
  return { through: [Deno.execPath(), ...deno, script], binary: bug };
}

const byRequest = (signal: Deno.Signal): Ending => ({
  bring: (capture) => capture.kill(signal),
  code: 0,
  reason: "signal",
});
const bySignal = (signal: Deno.Signal, number: number): Ending => ({
  bring: (capture) => capture.kill(signal),
  code: 128 + number,
});
const byBug = (bug: string): Ending => ({
  options: broken(bug),
  bring: (capture) => capture.kill("SIGUSR2"),
  code: 1,
});

/** Waits for two more ticks: the run goes on. */
async function moreTicks(capture: Capture): Promise<void> {
  const { length } = capture.ticks;
  await capture.until(() => capture.ticks.length > length + 1);
}

const ENDINGS: Record<string, Ending> = {
  SIGINT: byRequest("SIGINT"),
  SIGTERM: byRequest("SIGTERM"),
  SIGHUP: byRequest("SIGHUP"),
  SIGQUIT: bySignal("SIGQUIT", 3),
  SIGABRT: bySignal("SIGABRT", 6),
  SIGKILL: bySignal("SIGKILL", 9),
  SIGSEGV: {
    // V8 handles the first as a WebAssembly fault, and removes its handler.
    bring: async (capture) => {
      capture.kill("SIGSEGV");
      await moreTicks(capture);
      capture.kill("SIGSEGV");
    },
    code: 128 + 11,
  },
  "its reader closes stdout": {
    options: {
      through: ["sh", "-c", `"$0" "$@" | sed -u '/"packets":[1-9]/q'`],
    },
    bring: () => {}, // it leaves with the first packets
    code: 0,
  },
  "its parent is killed: it goes on until SIGTERM": {
    options: { through: ["sh", "-c", '"$0" "$@" & echo $! >&2; wait'] },
    bring: async (capture) => {
      capture.kill("SIGKILL");
      await moreTicks(capture);
      Deno.kill(parseInt(capture.stderr), "SIGTERM");
    },
    code: 128 + 9, // the parent's
    reason: "signal",
  },
  "no memory": {
    bring: async (capture, stage) => {
      // The run belongs to user nobody now; only that user may set its limits.
      sh(
        ...["setpriv", "--reuid", "65534", "--regid", "65534"],
        ...["--clear-groups", "prlimit", "--as=1", "--data=1"],
        ...["--pid", String(capture.pid)],
      );
      await flood(stage, "va", 60_000, 60_000, "sequence");
    },
  },
  "a stack overflow": byBug("overflow"),
  "an unhandled rejection": byBug("rejection"),
  "an exception that nobody catches": byBug("exception"),
};

const FRAMES = 2000;

/** Numbered frames, so that a lost one can be identified. */
function numbered(): Bytes[] {
  return Array.from(
    { length: FRAMES },
    (_, at) =>
      bytes(ethernet(ETHERTYPE.ipv4), ipv4("10.9.0.1"), [at >> 8, at & 0xff]),
  );
}

/** The program, its link and its maps, as arguments of `bpftool … show`. */
function holdings(program: number): [kind: string, id: number][] {
  const show = (...what: string[]) => JSON.parse(sh("bpftool", "-j", ...what));
  const { map_ids } = show("prog", "show", "id", String(program));
  const link = show("link", "show").find((link: { prog_id?: number }) =>
    link.prog_id === program
  );
  return [
    ["prog", program],
    ["link", link.id],
    ...map_ids.map((id: number) => ["map", id] as const),
  ];
}

/** Waits until the kernel has freed an object; a pin or a descriptor would keep it. */
async function isFreed(kind: string, id: number): Promise<void> {
  for (const end = performance.now() + 20_000; performance.now() < end;) {
    const { success } = new Deno.Command("bpftool", {
      args: [kind, "show", "id", String(id)],
      stdout: "null",
      stderr: "null",
    }).outputSync();
    if (!success) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${kind} ${id} is still there`);
}

for (
  const [name, { options, bring, code, reason }] of Object.entries(ENDINGS)
) {
  Deno.test(`${name}: nothing is left, no frame is lost`, async () => {
    using stage = vethStage();
    using folder = new Folder();
    using temp = new Folder();
    const flow = `${folder.path}/flow.pcap`;
    writePcap(flow, numbered());
    const dump = await Tcpdump.start(
      stage,
      `${folder.path}/behind.pcap`,
      ...["-i", "vb", "-c", String(FRAMES), "src", "10.9.0.1"],
    );
    await using capture = new Capture(["-q", "-j", "-i", "100ms", "vb"], {
      in: stage.name,
      env: { TMPDIR: temp.path },
      ...options,
      through: ["prlimit", "--core=0", ...options?.through ?? []],
    }, []);
    await capture.attached();
    const held = holdings(stage.programs("vb")[0]!);
    assert(held.length > 6, `${held}`);

    const flowing = new Deno.Command("ip", {
      args: ["netns", "exec", stage.name]
        .concat(["tcpreplay", "-q", "--pps=4000", "-i", "va", flow]),
      stdout: "null",
      stderr: "null",
    }).output();
    await capture.until(() =>
      sum(capture.ticks, ({ total }) => total.packets) > 0
    );
    await bring(capture, stage);
    const ended = await capture.end();
    if (code === undefined) assert(ended.code !== 0);
    else assertEquals(ended.code, code, ended.stderr);
    assertEquals(ended.record.reason, reason);

    assertEquals(stage.programs("vb"), []);
    for (const [kind, id] of held) await isFreed(kind, id);
    assertEquals([...Deno.readDirSync(temp.path)], []);
    await flowing;
    const passed = await dump.frames();
    assertEquals(
      passed.map((frame) => frame.toHex()),
      numbered().map((frame) => frame.toHex()),
    );
  });
}
