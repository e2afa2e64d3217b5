/** Whoever owns the folder of a capture cannot make root write elsewhere, or read for him. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  AttackedFolder,
  ATTACKER,
  attacking,
  racing,
} from "../lib/attacker.ts";
import { sh, vethStage } from "../lib/stage.ts";
import { become, Capture, run } from "../lib/xdptally.ts";

const SHORT = ["-q", "-c", "2", "-i", "100ms"];

/** Names that a run opens, makes, renames or removes, for what `-o` says. */
const OUTPUTS: readonly [output: string, names: readonly string[]][] = [
  ["x.jsonl", ["x.jsonl", "x.jsonl.torn"]],
  ["x.csv.gz", ["x.csv.gz", "x.csv.gz.torn"]],
  ["x.prom", ["x.prom"]],
  ["sub/deep/x.jsonl", ["sub", "sub/deep", "sub/deep/x.jsonl"]],
];

/** Makes `$1` something that leads to a file or a folder of the vault, `$2`. */
const TRAPS: Record<string, string> = {
  "a link to a new file": 'ln -s "$2/new" "$1"',
  "a link to a capture of root": 'ln -s "$2/capture" "$1"',
  "a link to a page of root": 'ln -s "$2/page" "$1"',
  "a link to a secret of root": 'ln -s "$2/secret" "$1"',
  "a link to the folder": 'ln -s "$2" "$1"',
  "a link to a link": 'ln -s "$2/capture" other; ln -s other "$1"',
  "a link to a device": 'ln -s /dev/sda "$1"',
  "a link through /proc": 'ln -s "/proc/1/root$2/capture" "$1"',
  "a FIFO": 'mkfifo "$1"',
  "a folder": 'mkdir "$1"',
  "a file of his": 'printf x >"$1"',
};

/** What a run with the wrong bytes would move to `x.torn`, from where anybody reads it. */
const TORN = '{"schema":1,"type":"sta';

for (const [output, names] of OUTPUTS) {
  Deno.test(`-o OWN/${output}: no trap of the folder's owner leads root elsewhere`, async () => {
    using stage = vethStage();
    for (const name of names) {
      for (const [what, set] of Object.entries(TRAPS)) {
        for (const user of ["root", "nobody", String(ATTACKER)]) {
          using folder = new AttackedFolder();
          const parent = name.includes("/")
            ? name.replace(/\/[^/]*$/, "")
            : ".";
          folder.attack(
            `mkdir -p ${parent}; set -- "${name}" "${folder.vault}"; ${set}`,
          );
          if (name.endsWith(".torn")) {
            // A capture with a torn end, of a user whose files are used.
            const capture = `${folder.own}/${output}`;
            Deno.writeTextFileSync(capture, TORN);
            if (user !== "root") sh("chown", user, capture);
          }
          const given = ["--user", user, "-o", `${folder.own}/${output}`, "vb"];
          const check = await run(["check", ...given], { in: stage.name });
          const watch = await run([...SHORT, ...given], { in: stage.name });
          const said =
            `${name}, ${what}, ${user}: ${check.stdout}${watch.stderr}`;
          assertEquals(folder.damage, "", said);
          assert([0, 7].includes(watch.code), said);
          // A FIFO may get a reader, or not.
          if (what !== "a FIFO") assertEquals(check.code, watch.code, said);
          if (watch.code === 7) {
            assertStringIncludes(watch.stderr, 'Cannot write to "', said);
          }
        }
      }
    }
  });
}

for (const user of ["root", "nobody", String(ATTACKER)]) {
  Deno.test(`--user ${user}: nor does an owner who changes all names all the time`, async () => {
    using stage = vethStage();
    using folder = new AttackedFolder();
    await using _ = await racing(folder);
    for (const output of ["x.jsonl", "x.prom", "sub/x.jsonl", "sub/x.prom"]) {
      const given = ["--user", user, "-o", `${folder.own}/${output}`, "vb"];
      for (let round = 0; round < 3; round++) {
        const args = ["-q", "-c", "20", "-i", "100ms", ...given];
        const { code, stderr } = await run(args, { in: stage.name });
        assert([0, 7].includes(code), stderr);
        assertEquals(folder.damage, "", `${output}: ${stderr}`);
        if (output.endsWith(".jsonl")) {
          assert(!stderr.includes("Staying root"), stderr);
        }
      }
    }
  });
}

Deno.test("a second name of somebody else's file is refused, whoever owns it", async () => {
  using stage = vethStage();
  for (const name of ["x.jsonl", "x.jsonl.torn"]) {
    for (const user of ["root", "nobody"]) {
      using folder = new AttackedFolder();
      if (name === "x.jsonl.torn") {
        Deno.writeTextFileSync(`${folder.own}/x.jsonl`, TORN);
      }
      // As where fs.protected_hardlinks is 0.
      sh("ln", `${folder.vault}/capture`, `${folder.own}/${name}`);
      const before = sh("sha256sum", `${folder.vault}/capture`);
      const args = ["--user", user, "-o", `${folder.own}/x.jsonl`, "vb"];
      const { code, stderr } = await run([...SHORT, ...args], {
        in: stage.name,
      });
      assertEquals(code, 7, stderr);
      assertStringIncludes(stderr, "it has 2 names (hard links)");
      assertEquals(sh("sha256sum", `${folder.vault}/capture`), before);
    }
  }
});

Deno.test("new files are 0640, new folders 0750, and of the user that the run becomes; --file-mode says otherwise", async () => {
  using stage = vethStage();
  using folder = new AttackedFolder();
  const made = async (user: string, ...more: string[]) => {
    const inside = `${folder.own}/${user}${more.at(-1) ?? ""}`;
    const args = ["--user", user, ...more, "-o", `${inside}/y/x.jsonl`, "vb"];
    const { code, stderr } = await run([...SHORT, ...args], { in: stage.name });
    assertEquals([code, stderr], [0, ""]);
    return sh("find", inside, "-printf", "%m %U:%G ").trim();
  };
  const id = `${ATTACKER}:${ATTACKER}`;
  assertEquals(await made("root"), "750 0:0 750 0:0 640 0:0");
  for (const [user, ids] of [["nobody", "65534:65534"], [`${ATTACKER}`, id]]) {
    const all = `750 ${ids} 750 ${ids} 640 ${ids}`;
    assertEquals(await made(user!), all);
    const open = `750 ${ids} 750 ${ids} 644 ${ids}`;
    assertEquals(await made(user!, "--file-mode", "644"), open);
  }
});

Deno.test("a run that comes later goes on in the folder that the first one made", async () => {
  using stage = vethStage();
  using folder = new AttackedFolder();
  const output = ["-o", `${folder.own}/new/x.jsonl`, "vb"];
  const user = ["--user", "daemon"];
  for (
    const through of [[], [], [
      "setpriv",
      "--reuid=1",
      "--regid=1",
      "--clear-groups",
      "--inh-caps=+net_admin,+bpf,+perfmon",
      "--ambient-caps=+net_admin,+bpf,+perfmon",
    ]]
  ) {
    const { code, stderr } = await run([...SHORT, ...user, ...output], {
      in: stage.name,
      through,
    });
    assertEquals([code, stderr], [0, ""]);
  }
  const lines = Deno.readTextFileSync(`${folder.own}/new/x.jsonl`).trimEnd();
  assertEquals(lines.split("\n").length, 3 * 4);
});

Deno.test("a second name of root's own link is not followed", async () => {
  using stage = vethStage();
  using folder = new AttackedFolder();
  sh("ln", "-s", folder.vault, `${folder.vault}.link`);
  // As where fs.protected_hardlinks is 0.
  sh("ln", "-P", `${folder.vault}.link`, `${folder.own}/sub`);
  const args = ["-o", `${folder.own}/sub/x.jsonl`, "vb"];
  const { code, stderr } = await run([...SHORT, ...args], { in: stage.name });
  assertEquals(code, 7, stderr);
  assertEquals(folder.damage, "");
});

/** What the owner of a capture does to it to keep a run busy; `$1` is the capture. */
const DELAYS: Record<string, string> = {
  "a hole of 8 TB": 'truncate -s 8T "$1"',
  "a hole of 300 MB, that is filled up again and again":
    'while :; do truncate -c -s 300M "$1"; truncate -c -s 24 "$1"; done',
  "a lease": `exec perl -e '
    use Fcntl;
    $SIG{IO} = "IGNORE";
    while (1) {
      open(my $file, "<", $ARGV[0]) or next;
      fcntl($file, 1024, 0) and sleep 1000; # F_SETLEASE, F_RDLCK
      select(undef, undef, undef, 0.001);
    }' "$1"`,
};

for (const [what, script] of Object.entries(DELAYS)) {
  for (const isEarly of [true, false]) {
    const when = isEarly ? "before the start" : "while it counts";
    Deno.test(`${what}, ${when}: signals and --duration end the run`, async () => {
      for (const end of ["SIGTERM", "--duration"]) {
        using stage = vethStage();
        using folder = new AttackedFolder();
        const path = `${folder.own}/x.jsonl`;
        folder.attack(`printf '${TORN}' >x.jsonl; chmod 666 x.jsonl`);
        const attack = () => attacking(folder, script, path);
        await using stack = new AsyncDisposableStack();
        if (isEarly) stack.use(await attack());
        const duration = end === "--duration" ? ["-d", "2s"] : [];
        const args = [...duration, "-i", "100ms", "--user", String(ATTACKER)];
        await using capture = new Capture(
          [...args, "-o", path, "vb"],
          { in: stage.name },
          [],
        );
        await become(() => /detach|Cannot/.test(capture.stderr));
        if (!isEarly) {
          stack.use(await attack());
          await new Promise((resolve) => setTimeout(resolve, 500));
        }
        const isRefused = capture.stderr.includes("name another file");
        if (end === "SIGTERM" && !isRefused) capture.kill(end);
        const { code, stderr } = await capture.end();
        assert([0, 7].includes(code), stderr);
        assertEquals(stage.programs("vb"), []);
        const { size = 0 } = statOf(`${path}.torn`) ?? {};
        assert(size < 2 ** 29, `FILE.torn has ${size} bytes`);
      }
    });
  }
}

function statOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined;
  }
}

Deno.test("temporary files that come and go do not keep a page from being written", async () => {
  using stage = vethStage();
  using folder = new AttackedFolder();
  const toggled = `${folder.own}/.x.prom.0123456789abcdef.tmp`;
  const toggle = 'while :; do : >"$1"; rm "$1"; done';
  await using _ = await attacking(folder, toggle, toggled);
  for (let round = 0; round < 20; round++) {
    const args = ["--user", "root", "-o", `${folder.own}/x.prom`, "vb"];
    const { code, stderr } = await run([...SHORT, ...args], { in: stage.name });
    assertEquals([code, stderr], [0, ""]);
  }
});
