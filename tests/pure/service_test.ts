/** What the service manager is told, for any course of a session. */
import { assert, assertEquals } from "@std/assert";
import { ServiceSink } from "../../src/sinks/service.ts";
import type { RunRecord } from "../../src/tally/records.ts";
import { generator, type Random } from "../lib/random.ts";

/** A service manager that remembers what it is told. */
class Told {
  readonly messages: string[][] = [];

  constructor(readonly patience: number | undefined) {}

  tell(...assignments: string[]): void {
    this.messages.push(assignments);
  }

  /** What it was told since the last call. */
  taken(): string[] {
    return this.messages.splice(0).flat();
  }
}

/** The sink asks a record for no more than this. */
function record(type: string, run: string, reason = ""): RunRecord {
  const [name, direction] = run.split(" ");
  return { type, interface: name, direction, reason } as unknown as RunRecord;
}

const RUNS = ["eth0 in", "eth0 out", "wlan0 in"];
const some = (random: Random) => RUNS.filter(() => random(2) === 0);

Deno.test("READY comes first and once, WATCHDOG for each tick of all runs, STOPPING last and once", () => {
  for (let seed = 0; seed < 300; seed++) {
    const random = generator(seed);
    const told = new Told(random(4) === 0 ? undefined : 30_000);
    const sink = new ServiceSink(told, 1000);
    const live = new Set(some(random));
    for (const run of live) sink.write(record("start", run));
    assertEquals(told.messages, [], "not before the sinks have the records");
    sink.flush();
    assertEquals(told.taken()[0], "READY=1");
    for (let turn = random(20); turn > 0; turn--) {
      const lost = random(8) === 0 ? some(random) : [];
      for (const run of lost.filter((run) => live.delete(run))) {
        sink.write(record("tick", run));
        sink.write(record("end", run, "interface-gone"));
      }
      const read = [...live].filter(() => random(5) > 0);
      for (const run of read) sink.write(record("tick", run));
      const arrived = random(8) === 0
        ? some(random).filter((run) => !live.has(run))
        : [];
      for (const run of arrived) sink.write(record("start", run));
      sink.flush();
      for (const run of arrived) live.add(run);
      const said = told.taken();
      const isWhole = read.length === live.size && told.patience !== undefined;
      assertEquals(said.includes("WATCHDOG=1"), isWhole, `seed ${seed}`);
      const names = [
        ...new Set(Array.from(live, (run) => run.split(" ")[0])),
      ];
      for (const status of said.filter((each) => each.startsWith("STATUS="))) {
        const counted = /^STATUS=Counting on (.*)$/.exec(status)?.[1];
        assertEquals(counted?.split(", ").toSorted() ?? [], names.toSorted());
      }
      assert(!said.includes("READY=1") && !said.includes("STOPPING=1"));
    }
    for (const run of live) {
      sink.write(record("tick", run));
      sink.write(record("end", run, "signal"));
    }
    // Without a run it was still waiting.
    if (live.size > 0) sink.flush();
    sink.close();
    assertEquals(told.taken(), ["STOPPING=1"]);
  }
});

Deno.test("a slow interval asks for a longer watchdog, and only then", () => {
  for (let seed = 0; seed < 100; seed++) {
    const random = generator(seed);
    const patience = 1 + random(100_000);
    const interval = 100 + random(60_000);
    const told = new Told(patience);
    const sink = new ServiceSink(told, interval);
    sink.write(record("start", RUNS[0]!));
    sink.flush();
    const [asked] = told.taken().flatMap((each) =>
      /^WATCHDOG_USEC=(\d+)$/.exec(each)?.[1] ?? []
    );
    const granted = asked === undefined ? patience : Number(asked) / 1000;
    assert(granted >= 3 * interval + 5000, "three ticks may be late");
    assertEquals(asked === undefined, patience >= 3 * interval + 5000);
  }
});
