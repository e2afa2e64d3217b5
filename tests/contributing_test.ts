/** The worked examples of CONTRIBUTING.md do what it says: each is applied to a copy of the sources, and runs. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import {
  bytes,
  ethernet,
  ethernetFrame,
  ETHERTYPE,
  ipv6,
} from "./lib/frames.ts";
import { lacksKernel } from "./lib/kernel.ts";
import { type Namespace, vethStage } from "./lib/stage.ts";
import { send } from "./lib/traffic.ts";
import {
  type Edit,
  filesByTable,
  Sources,
  workedExamples,
} from "./lib/worked_examples.ts";
import { Capture, type Output, run } from "./lib/xdptally.ts";

const TEXT = Deno.readTextFileSync(
  new URL("../CONTRIBUTING.md", import.meta.url),
);
const EXAMPLES = workedExamples(TEXT);
const OBJECTS = ["dist/embed/xdptally.bpf.o", "dist/embed/xdptally_btf.bpf.o"];

const PURE = ["sources", "names", "cli"]
  .map((name) => `tests/pure/${name}_test.ts`);

function assertSucceeds({ code, stdout, stderr }: Output): void {
  assert(code === 0, stdout + stderr);
}

/** Asserts that something failed, and named `where`. */
function assertNames(where: string, { code, stdout, stderr }: Output): void {
  assert(code !== 0, `nothing says that ${where} lacks something`);
  assertStringIncludes(stdout + stderr, where);
}

/** Asserts what `make check` and the tests of the sources themselves would. */
async function assertSound(
  sources: Sources,
  edits: readonly Edit[],
): Promise<void> {
  assertSucceeds(await sources.make("docs", ...OBJECTS));
  const changed = new Set(edits.map(({ file }) => file));
  const code = [...changed].filter((file) => file.endsWith(".ts"));
  const found = await Promise.all([
    sources.deno("fmt", "--check", ...code),
    sources.deno("lint", ...code),
    sources.checkTypes(),
    sources.test(...PURE),
  ]);
  for (const output of found) assertSucceeds(output);
}

interface Check {
  /** Uses what the example adds. */
  uses(sources: Sources): Promise<void>;
  /** What says which file lacks something, where some edits are left out. */
  readonly without: readonly {
    readonly isLeftOut: (edit: Edit, at: number) => boolean;
    readonly finds: (sources: Sources) => Promise<Output>;
    readonly where: string;
  }[];
}

/** Without these, only the new file is there. */
const isInList = ({ file }: Edit) => file.endsWith("/all.ts");
const house = (sources: Sources) => sources.test(PURE[0]!);
const lint = (sources: Sources) => sources.deno("lint", "src");
const types = (sources: Sources) => sources.checkTypes();
const make = (sources: Sources) => sources.make(OBJECTS[0]!);

/** Starts xdptally of these sources on the interface `vb`. */
function start(sources: Sources, stage: Namespace, ...args: string[]): Capture {
  const { args: program, options } = sources.program;
  return new Capture(
    [...program, "--interval", "100ms", ...args, "vb"],
    { ...options, in: stage.name },
    [],
  );
}

/** Sends frames to it, waits until it must have seen them, and ends it. */
async function sendAndEnd(
  capture: Capture,
  stage: Namespace,
  frames: readonly Uint8Array[],
) {
  await capture.until(() => capture.stderr.includes("Press Ctrl-C"));
  await send(stage, "va", frames);
  stage.settledRxPackets("vb");
  const end = await capture.end("SIGINT");
  assertEquals(end.code, 0, end.stderr);
  return end;
}

const CHECKS: Record<string, Check> = {
  "A format": {
    async uses(sources) {
      using stage = vethStage();
      const file = `${sources.path}/dist/rows.tsv`;
      await using capture = start(sources, stage, "-o", file);
      await sendAndEnd(
        capture,
        stage,
        Array(3).fill(ethernetFrame("10.0.0.1")),
      );
      const [header, ...rows] = Deno.readTextFileSync(file).trimEnd()
        .split("\n").map((line) => line.split("\t"));
      assertEquals(header, ["end", "source", "packets", "bytes"]);
      assertEquals([...new Set(rows.map(([, source]) => source))], [
        "10.0.0.1",
      ]);
      assertEquals(
        rows.reduce((sum, [, , packets]) => sum + Number(packets), 0),
        3,
      );
    },
    without: [
      { isLeftOut: isInList, finds: house, where: "src/formats/tsv.ts" },
      {
        isLeftOut: (_, at) => at === 2,
        finds: lint,
        where: "src/formats/all.ts",
      },
    ],
  },
  "A key": {
    async uses(sources) {
      using stage = vethStage();
      const v4 = ethernetFrame("10.0.0.1"), TTL = 46;
      v4[22] = TTL;
      const v6 = bytes(ethernet(ETHERTYPE.ipv6), ipv6([1]));
      v6[21] = TTL;
      const frames = [ethernetFrame("10.0.0.1"), v4, v4, v6];
      await using capture = start(
        sources,
        stage,
        ...["--json", "--by", "source,ttl"],
      );
      const { record } = await sendAndEnd(capture, stage, frames);
      assertEquals(
        record.sources.map(
          (row: { source: string; ttl: number; packets: number }) =>
            `${row.source} ${row.ttl} ${row.packets}`,
        ).sort(),
        ["10.0.0.1 46 2", "10.0.0.1 64 1", "2001:db8::1 46 1"],
      );
    },
    without: ([
      ["src/basics/keys.ts", "src/basics/keys.ts", make],
      ["bpf/xdptally.h", "'FIELD_TTL'", make],
      ["bpf/keys.h", "bpf/keys.h", make],
      ["src/frame/reading.ts", "src/frame/frame_reader.ts", types],
      ["src/packets/key_writer.ts", "src/packets/key_writer.ts", types],
    ] as const).map(([file, where, finds]) => ({
      isLeftOut: (edit) => edit.file === file,
      finds,
      where,
    })),
  },
  "A hook": {
    async uses(sources) {
      if (lacksKernel(6, 6, "tcx links")) return;
      using stage = vethStage();
      await using first = start(sources, stage, "--json", "--hook", "tc");
      await first.attached();
      await using last = start(sources, stage, "--json", "--hook", "tc-last");
      assertEquals((await last.attached()).mode, "tc-last");
      const [one, other, ...more] = stage.tcxPrograms("vb");
      assert(one! < other! && more.length === 0, "it was loaded last");
      const frames = [ethernetFrame("10.0.0.1")];
      const { record, stderr } = await sendAndEnd(last, stage, frames);
      assertEquals(record.total.packets, 1);
      assertStringIncludes(
        stderr,
        `tcx program "xdptally_tc" (id ${one}) of pid ${first.pid} is number 1, before xdptally (number 2)`,
      );
    },
    without: [
      { isLeftOut: isInList, finds: house, where: "src/hooks/tc_last.ts" },
      {
        isLeftOut: (_, at) => at === 2,
        finds: lint,
        where: "src/hooks/all.ts",
      },
    ],
  },
  "A command": {
    async uses(sources) {
      const { args, options } = sources.program;
      const { stdout } = await run(
        [...args, "memory", "--max-sources", "1000"],
        options,
      );
      assertMatch(stdout, /^[\d.]+ .?B\n$/);
      const help = await run([...args, "help"], options);
      assertMatch(help.stdout, /or top\|.*\|memory\b/);
      const own = await run([...args, "help", "memory"], options);
      assertStringIncludes(own.stdout, "--max-sources N");
    },
    without: [
      { isLeftOut: isInList, finds: house, where: "src/commands/memory.ts" },
    ],
  },
  "A sink": {
    async uses(sources) {
      using stage = vethStage();
      await using capture = start(sources, stage, "--json", "--summary");
      const { stderr } = await sendAndEnd(
        capture,
        stage,
        Array(3).fill(ethernetFrame("10.0.0.1")),
      );
      assertStringIncludes(stderr, 'Counted 3 packets on "vb"');
    },
    without: [
      { isLeftOut: isInList, finds: house, where: "src/sinks/summary.ts" },
      {
        isLeftOut: (_, at) => at === 3,
        finds: types,
        where: "src/sinks/all.ts",
      },
    ],
  },
  "An option": {
    async uses(sources) {
      using stage = vethStage();
      const { args, options } = sources.program;
      const check = (...more: string[]) =>
        run([...args, "check", ...more], { ...options, in: stage.name });
      const { code, stdout } = await check("vb");
      assert(stdout !== "");
      const quiet = await check("--quiet", "vb");
      assertEquals([quiet.code, quiet.stdout], [code, ""]);
    },
    without: [{
      isLeftOut: (_, at) => at === 0,
      finds: types,
      where: "src/commands/check/check.ts",
    }],
  },
};

Deno.test("CONTRIBUTING.md: the table has the files that each example touches", () => {
  assertEquals([...EXAMPLES.keys()], Object.keys(CHECKS));
  const touched = Array.from(EXAMPLES, ([name, edits]) => [
    name.replace(/^An? /, ""),
    [...new Set(edits.map(({ file }) => file))],
  ]);
  assertEquals([...filesByTable(TEXT)], touched);
});

Deno.test("CONTRIBUTING.md: each example is complete, and works", async (t) => {
  using sources = new Sources(Deno.args);
  for (const [name, edits] of EXAMPLES) {
    const { uses, without } = CHECKS[name]!;
    await t.step(name, async () => {
      for (const { isLeftOut, finds, where } of without) {
        const kept = edits.filter((edit, at) => !isLeftOut(edit, at));
        assert(kept.length < edits.length);
        using _ = sources.apply(kept);
        assertNames(where, await finds(sources));
      }
      using _ = sources.apply(edits);
      await assertSound(sources, edits);
      await uses(sources);
    });
  }
});
