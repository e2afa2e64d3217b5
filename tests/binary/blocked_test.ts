/** Nobody who reads a run's output, or does not, keeps it from counting and from ending. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Folder } from "../lib/folder.ts";
import { recordsOf } from "../lib/records.ts";
import { type Namespace, sh, vethStage } from "../lib/stage.ts";
import { flood } from "../lib/traffic.ts";
import { become, Capture, run, sum } from "../lib/xdptally.ts";

/** Something that blocks a write, and its name in `-o`. */
interface Obstacle {
  readonly output: string;
  /** @returns what removes it */
  readonly put: (path: string) => Promise<AsyncDisposable>;
  readonly code: number;
  readonly says: string;
}

/** A process that does something to a file until it is killed. */
async function process(...command: string[]): Promise<AsyncDisposable> {
  const [program, ...args] = command;
  const child = new Deno.Command(program!, { args, stdout: "piped" }).spawn();
  const reader = child.stdout.getReader();
  await reader.read(); // it says that it is ready
  return {
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel();
    },
  };
}

/** Locks a file, which anybody may do who can read it. */
function lockedBy(kind: string, path: string): Promise<AsyncDisposable> {
  const hold = "echo ready; exec sleep 1000";
  return process("flock", "--close", kind, path, "sh", "-c", hold);
}

const OBSTACLES: Record<string, Obstacle> = {
  "a FIFO that nobody opens": {
    output: "fifo",
    put: (path) => {
      sh("mkfifo", "--mode=666", path);
      return Promise.resolve({ async [Symbol.asyncDispose]() {} });
    },
    code: 7,
    says: "the reader did not read for 2 s after the end",
  },
  "a FIFO that nobody reads": {
    output: "fifo",
    put: (path) => {
      sh("mkfifo", "--mode=666", path);
      return process("sh", "-c", 'exec 3<>"$0"; echo ready; sleep 1000', path);
    },
    code: 0, // little is written, for which a pipe has room
    says: "",
  },
  "a lock": {
    output: "x.jsonl",
    put: (path) => {
      Deno.writeTextFileSync(path, "");
      return lockedBy("--exclusive", path);
    },
    code: 0,
    says: "it is locked by",
  },
  "a reader's lock on a compressed file": {
    output: "x.jsonl.gz",
    put: (path) => {
      Deno.writeTextFileSync(path, "");
      return lockedBy("--shared", path);
    },
    code: 0,
    says: "it is locked by",
  },
};

type Ends = (capture: Capture) => void;
const ENDS: Record<string, readonly [args: readonly string[], end: Ends]> = {
  "--duration": [["-d", "1s"], () => {}],
  "--count": [["-c", "5"], () => {}],
  "--exit-over": [["--exit-over", "1pps"], () => {}],
  SIGINT: [[], (capture) => capture.kill("SIGINT")],
  SIGTERM: [[], (capture) => capture.kill("SIGTERM")],
};

/** Waits until ticks have passed: the program was attached, and counts. */
async function hasCounted(stage: Namespace): Promise<void> {
  await become(() => stage.programs("vb").length === 1);
  await flood(stage, "va", 500, 500, "sequence");
  await new Promise((resolve) => setTimeout(resolve, 600));
}

for (const [what, { output, put, code, says }] of Object.entries(OBSTACLES)) {
  for (const [way, [args, end]] of Object.entries(ENDS)) {
    Deno.test(`${what}: ${way} ends the run, and nothing stays attached`, async () => {
      using stage = vethStage();
      using folder = new Folder();
      sh("chmod", "755", folder.path);
      const path = `${folder.path}/${output}`;
      await using _ = await put(path);
      await using capture = new Capture(
        [...args, "-i", "100ms", "--format", "jsonl", "-o", path, "vb"],
        { in: stage.name },
        [],
      );
      await hasCounted(stage);
      end(capture);
      const ended = await capture.end();
      const expected = way === "--exit-over" && code === 0 ? 9 : code;
      assertEquals(ended.code, expected, ended.stderr);
      assertStringIncludes(ended.stderr, says);
      assertEquals(stage.programs("vb"), []);
      if (!output.startsWith("x.")) return;
      const records = recordsOf(path);
      assertEquals(records.at(-1).type, "end");
      const ticks = records.filter(({ type }) => type === "tick");
      assertEquals(ticks.map(({ seq }) => seq), ticks.map((_, at) => at + 1));
      assert(ticks.length >= 1);
      assertEquals(
        sum(ticks, ({ total }) => total.packets),
        records.at(-1).total.packets,
      );
    });
  }
}

Deno.test("who has the lock is named, and once it is free, what waited is written", async () => {
  using stage = vethStage();
  using folder = new Folder();
  const path = `${folder.path}/x.jsonl`;
  await using capture = new Capture(
    ["-i", "100ms", "-o", path, "vb"],
    { in: stage.name },
    [],
  );
  await capture.until(() => capture.stderr.includes("detach"));
  {
    await using _ = await lockedBy("--shared", path);
    await capture.until(() => capture.stderr.includes("it is locked by"));
    const holder =
      /it is locked by flock, process (\d+); counting goes on, and records wait\n/
        .exec(capture.stderr)?.[1];
    assertStringIncludes(sh("cat", `/proc/${holder}/cmdline`), path);
    await flood(stage, "va", 1000, 1000, "sequence");
    const { size } = Deno.statSync(path);
    await new Promise((resolve) => setTimeout(resolve, 500));
    assertEquals(Deno.statSync(path).size, size, "the lock is respected");
  }
  await capture.until(() =>
    capture.stderr.includes(`Writing to "${path}" again`)
  );
  assertEquals((await capture.end("SIGTERM")).code, 0);
  assertEquals(recordsOf(path).at(-1).total.packets, 1000);
});

Deno.test("a capture that was removed while it was written is an error at the end", async () => {
  using stage = vethStage();
  using folder = new Folder(); // nobody may look, but not make a file there
  sh("chmod", "755", folder.path);
  const path = `${folder.path}/x.jsonl`;
  await using capture = new Capture(
    ["-i", "100ms", "-o", path, "vb"],
    { in: stage.name },
    [],
  );
  await capture.until(() => capture.stderr.includes("detach"));
  Deno.removeSync(path);
  await capture.until(() => capture.stderr.includes("Cannot reopen"));
  const { code, stderr } = await capture.end("SIGTERM");
  assertEquals(code, 7, stderr);
  assertStringIncludes(stderr, "it was removed while it was written");
});

/** What is no capture, and what an own one of the format begins with. */
const FOREIGN: Record<string, string | Uint8Array> = {
  "an executable": Deno.readFileSync("/bin/true").slice(0, 5000),
  "a log": "Nov 27 22:00:00 host sshd[1]: Accepted\nNov 27",
  "a log without a newline": "Nov 27 22:00:00 host sshd[1]: Accepted",
  "other JSON": '{"a":1}\n{"b":2',
  "a table": "a,b\n1,2\n",
  "a Makefile": "\tall: bar baz\n\tclean: => 1\n",
  "another log with times": "INFO 2026-11-27T10:00:00Z app started\nINFO 20",
  "an empty line": "\n",
  "a byte": "\0",
  "a page of another program": "# HELP go_goroutines N\n",
  "a gzip member of length 0": Uint8Array.of(
    ...[0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255, 8, 0, 0x58, 0x54, 4, 0],
    ...[0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  ),
  "a secret": "root:$6$abc:19000:0:99999:7:::\n",
};
const FILES = [
  "x.jsonl",
  "x.csv",
  "x.txt",
  "x",
  "x.prom",
  "x.jsonl.gz",
  "x.csv.gz",
];

Deno.test("a file that is no capture of the format is refused, and stays as it is", async () => {
  using stage = vethStage();
  using folder = new Folder();
  const written: Record<string, Uint8Array> = {};
  const short = ["-q", "-c", "1", "-i", "100ms", "--user", "root"];
  for (const name of FILES) {
    const path = `${folder.path}/own-${name}`;
    await run([...short, "-o", path, "vb"], { in: stage.name });
    written[`xdptally's ${name}`] = Deno.readFileSync(path);
  }
  for (const name of FILES) {
    for (const [what, content] of Object.entries({ ...FOREIGN, ...written })) {
      if (what === `xdptally's ${name}`) continue;
      if (["x", "x.txt"].includes(name) && /'s x(\.txt)?$/.test(what)) continue;
      const path = `${folder.path}/${name}`;
      const bytes = typeof content === "string"
        ? new TextEncoder().encode(content)
        : content;
      Deno.writeFileSync(path, bytes);
      const args = ["-o", path, "vb"];
      for (const command of [["check", ...args], [...short, ...args]]) {
        const { code, stdout, stderr } = await run(command, { in: stage.name });
        assertEquals(code, 7, `${name}: ${what}: ${stderr}`);
        assertStringIncludes(stdout + stderr, `Cannot write to "${path}": `);
      }
      assertEquals(Deno.readFileSync(path), bytes, `${name}: ${what}`);
    }
  }
});

for (const name of ["x.jsonl", "x.csv", "x.jsonl.gz", "x.csv.gz"]) {
  Deno.test(`${name}: a capture that was cut off anywhere is mended, and goes on`, async () => {
    using stage = vethStage();
    using folder = new Folder();
    const path = `${folder.path}/${name}`;
    const args = ["-q", "-c", "1", "-i", "100ms", "--user", "root", "-o", path];
    await run([...args, "vb"], { in: stage.name });
    const whole = Deno.readFileSync(path);
    for (let size = 0; size < whole.length; size += 1 + size % 7 * 11) {
      Deno.writeFileSync(path, whole.slice(0, size));
      const { code, stderr } = await run([...args, "vb"], { in: stage.name });
      assertEquals([code, stderr], [0, ""], `cut at ${size}`);
      if (name === "x.jsonl") {
        assertEquals(recordsOf(path).at(-1).type, "end");
      } else if (name.endsWith(".gz")) {
        sh("gzip", "--test", path);
      }
    }
  });
}

for (const name of ["x.jsonl", "x.csv", "x.txt", "x.jsonl.gz", "x.csv.gz"]) {
  Deno.test(`${name}: zeros at the end, as after a power loss, are moved away`, async () => {
    using stage = vethStage();
    using folder = new Folder();
    const path = `${folder.path}/${name}`;
    const args = ["-q", "-c", "1", "-i", "100ms", "--user", "root", "-o", path];
    await run([...args, "vb"], { in: stage.name });
    const whole = Deno.readFileSync(path);
    for (const kept of [0, 1, 4, 20, 30]) {
      const bytes = new Uint8Array(whole.length + kept + 4096);
      bytes.set(whole);
      // A further record was begun.
      bytes.set(whole.subarray(0, kept), whole.length);
      Deno.writeFileSync(path, bytes);
      const { code, stderr } = await run([...args, "vb"], { in: stage.name });
      assertEquals([code, stderr], [0, ""], `${kept}`);
      assertEquals(Deno.readFileSync(path).subarray(0, whole.length), whole);
      assertEquals(
        Deno.readFileSync(path).includes(0) && !name.endsWith(".gz"),
        false,
      );
      if (name.endsWith(".gz")) sh("gzip", "--test", path);
      Deno.writeFileSync(path, whole);
    }
  });
}

Deno.test("a FIFO that the user may not write to is refused before anything is attached", async () => {
  using stage = vethStage();
  using folder = new Folder();
  sh("chmod", "755", folder.path);
  const path = `${folder.path}/fifo`;
  sh("mkfifo", "--mode=600", path);
  const args = ["-c", "1", "-i", "100ms", "-o", path, "vb"];
  for (const command of [args, ["check", "-o", path, "vb"]]) {
    const { code, stdout, stderr } = await run(command, { in: stage.name });
    assertEquals(code, 7);
    assertStringIncludes(
      stdout + stderr,
      `Cannot write to "${path}": user "nobody" may not (see --user); name another file`,
    );
  }
});
