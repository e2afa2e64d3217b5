/**
 * On a real-time kernel two runs may interleave on one CPU. Here two CPUs do it,
 * with the program's objects in which every CPU counts as CPU 0.
 */
import { assert, assertEquals } from "@std/assert";
import { FAMILIES, parseAddress } from "../../src/basics/address.ts";
import { TOTALS } from "../../src/bpf/layout.ts";
import { lacksKernel } from "../lib/kernel.ts";
import { Program } from "../lib/program.ts";
import { frameOf, IS_ALONE, runBoth } from "../lib/race.ts";
import { sh, vethStage } from "../lib/stage.ts";
import { Capture } from "../lib/xdptally.ts";

const OBJECTS = new URL("../../dist/tests/one_column/", import.meta.url);

const KINDS = FAMILIES.flatMap((family) =>
  (["xdptally", "xdptally_tc"] as const).flatMap((program) =>
    [false, true].map((usesBtf) => ({ family, program, usesBtf }))
  )
);
type Kind = typeof KINDS[number];

function load(kind: Kind, isRealtime: boolean, maxSources: number): Program {
  const { program, usesBtf } = kind;
  return new Program({
    program,
    takesFragments: false,
    usesBtf,
    isRealtime,
    maxSources,
    objectNamed: (file) => Deno.readFileSync(new URL(file, OBJECTS)),
  });
}

/** By counter: what it has counted, and what it should have. */
type Outcome = Readonly<
  Record<string, readonly [counted: number, sent: number]>
>;

/** How often the CPUs meet. */
const STEPS = 2000;

/** One source that is known, and one that no id is left for. */
async function raceKnown(kind: Kind, isRealtime: boolean): Promise<Outcome> {
  using program = load(kind, isRealtime, 1);
  const { programFd, memory } = program.object;
  const sent = 2 * STEPS;
  const list = [1, 2].flatMap((source) => Array(STEPS).fill(source));
  program.run({ frame: frameOf(kind.family, 1) }); // takes the only id
  await runBoth(programFd, kind.family, [list, list]);
  // Generation 0 and CPU 0 come first.
  const full = Number(memory.totals[TOTALS.full]);
  const { total, untracked, sources } = program.take();
  assertEquals(sources.length, 1);
  return {
    total: [total[0], 2 * sent + 1],
    source: [sources[0]!.packets, sent + 1],
    untracked: [untracked[0], sent],
    full: [full, sent],
  };
}

/**
 * New sources. At even steps both CPUs have the same one, so that one of them gets
 * a spare id; at odd steps each has its own, and both want the spare one.
 */
const OWN = 0x8000;
const NEW = [0, OWN].map((own) =>
  Array.from(
    { length: STEPS },
    (_, step) => step % 2 === 0 ? step : step | own,
  )
) as [number[], number[]];
const PACKETS = new Map<number, number>();
for (const source of NEW.flat()) {
  PACKETS.set(source, (PACKETS.get(source) ?? 0) + 1);
}

async function raceNew(kind: Kind, isRealtime: boolean): Promise<Outcome> {
  using program = load(kind, isRealtime, 2 * STEPS); // ids for lost spare ones, too
  await runBoth(program.object.programFd, kind.family, NEW);
  const { total, untracked, sources } = program.take();
  assertEquals(untracked[0], 0);
  const right = sources.filter(({ key, packets }) =>
    packets === PACKETS.get(parseInt(parseAddress(key)!.slice(-2).toHex(), 16))
  );
  assertEquals(
    sources.length,
    PACKETS.size,
    "each source has a row of its own",
  );
  return {
    total: [total[0], 2 * STEPS],
    rightRows: [right.length, PACKETS.size],
  };
}

const ATOMIC_RACES = 3;
/** Two CPUs do not meet in every race. */
const MOST_RACES = 50;

for (
  const [what, race] of [["known", raceKnown], ["new", raceNew]] as const
) {
  for (const kind of KINDS) {
    const { family, program, usesBtf } = kind;
    const btf = usesBtf ? "with" : "without";
    Deno.test({
      name:
        `two runs at once in one column, ${what} sources, ${family}, ${program}, ${btf} BTF: the object for real-time kernels counts each packet, the other loses some`,
      ignore: IS_ALONE ||
        usesBtf && lacksKernel(6, 2, "a look at its own structs"),
      async fn() {
        const exact = new Set<string>(), lossy = new Set<string>();
        for (let races = 0; races < ATOMIC_RACES; races++) {
          const atomic = Object.entries(await race(kind, true));
          for (const [counter, [counted, sent]] of atomic) {
            assertEquals(counted, sent, counter);
            exact.add(counter);
          }
        }
        for (let races = 0; races < MOST_RACES; races++) {
          const plain = Object.entries(await race(kind, false));
          for (const [counter, [counted, sent]] of plain) {
            if (counted < sent) lossy.add(counter);
          }
          if (lossy.size === exact.size) return;
        }
        assertEquals(lossy, exact, "the counters that lose packets");
      },
    });
  }
}

/** The kernel's hash of a program's instructions. */
function tagOf(program: number): string {
  const info = Deno.readTextFileSync(`/proc/self/fdinfo/${program}`);
  return /prog_tag:\s*(\w+)/.exec(info)![1]!;
}

for (const [says, isRealtime] of [["1", true], ["0", false]] as const) {
  Deno.test(
    `a kernel whose /sys/kernel/realtime says ${says} gets the ${
      isRealtime ? "atomic" : "plain"
    } additions`,
    async () => {
      const pretend =
        `mount -t tmpfs none /sys/kernel && echo ${says} > /sys/kernel/realtime && exec "$0" "$@"`;
      using stage = vethStage();
      await using capture = new Capture(["--hook", "xdp", "vb"], {
        in: stage.name,
        through: ["unshare", "--mount", "sh", "-c", pretend],
      });
      await capture.attached();
      const [id] = stage.programs("vb");
      const { tag } = JSON.parse(
        sh("bpftool", "-j", "prog", "show", "id", `${id}`),
      );
      // The pretended /sys has no BTF.
      using atomic = new Program({ usesBtf: false, isRealtime: true });
      using plain = new Program({ usesBtf: false, isRealtime: false });
      const tags = [atomic, plain].map(({ object }) => tagOf(object.programFd));
      assertEquals(tag, tags[isRealtime ? 0 : 1]);
      assert(tags[0] !== tags[1]);
    },
  );
}
