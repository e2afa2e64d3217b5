/** Which user and capabilities a run keeps once it is attached. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Folder } from "../lib/folder.ts";
import { ethernetFrame } from "../lib/frames.ts";
import { kernelAtLeast, lacksKernel } from "../lib/kernel.ts";
import { type Namespace, sh, vethStage } from "../lib/stage.ts";
import { send } from "../lib/traffic.ts";
import {
  become,
  BINARY,
  Capture,
  isThere,
  run,
  startCapture,
} from "../lib/xdptally.ts";

const NOBODY = "65534\t65534\t65534\t65534";

interface Thread {
  readonly isMain: boolean;
  readonly uid: string;
  readonly groups: string;
  readonly permitted: bigint;
  readonly effective: bigint;
  readonly bounding: bigint;
  /** 1: no program that it starts gains rights. */
  readonly noNewPrivileges: string;
  /** 2: a filter refuses system calls. */
  readonly seccomp: string;
}

/** The threads of the one xdptally in a namespace. */
function threads(stage: Namespace): Thread[] {
  const pid = sh("ip", "netns", "pids", stage.name).trim();
  assert(/^\d+$/.test(pid), `one process, not ${pid}`);
  return [...Deno.readDirSync(`/proc/${pid}/task`)].map(({ name }) => {
    const status = Deno.readTextFileSync(`/proc/${pid}/task/${name}/status`);
    const field = (key: string) =>
      new RegExp(`^${key}:\\s*(.*?)\\s*$`, "m").exec(status)?.[1] ?? "";
    return {
      isMain: name === pid,
      uid: field("Uid"),
      groups: field("Groups"),
      permitted: BigInt(`0x${field("CapPrm")}`),
      effective: BigInt(`0x${field("CapEff")}`),
      bounding: BigInt(`0x${field("CapBnd")}`),
      noNewPrivileges: field("NoNewPrivs"),
      seccomp: field("Seccomp"),
    };
  });
}

Deno.test({
  name: "once attached, every thread runs as nobody, without any capability",
  ignore: lacksKernel(5, 19, "bpf() on descriptors without CAP_BPF"),
  fn: async () => {
    using stage = vethStage();
    await using capture = new Capture(["-i", "100ms", "vb"], {
      in: stage.name,
    });
    await capture.until((records) => records.length > 2);
    for (const { uid, groups, permitted } of threads(stage)) {
      assertEquals([uid, groups, permitted], [NOBODY, "65534", 0n]);
    }
    // Reading and emptying maps and ending work without capabilities.
    await send(stage, "va", [ethernetFrame("10.0.0.1")], 10);
    await capture.until(() => capture.ticks.some(({ total }) => total.packets));
    const { code, record } = await capture.end("SIGINT");
    assertEquals([code, record.complete, record.total.packets], [0, true, 10]);
  },
});

Deno.test("--user: another user by name or number, root stays root, an unknown user is refused", async () => {
  using stage = vethStage();
  for (
    const [user, uid] of [["daemon", "1\t1\t1\t1"], ["4711", "4711"], [
      "root",
      "0\t0\t0\t0",
    ]] as const
  ) {
    await using capture = new Capture(
      ["-i", "100ms", "--user", user, "vb"],
      { in: stage.name },
    );
    await capture.until((records) => records.length > 1);
    for (const thread of threads(stage)) assertStringIncludes(thread.uid, uid);
    assertEquals((await capture.end("SIGINT")).code, 0);
  }
  assertEquals(await run(["--user", "n0body", "vb"], { in: stage.name }), {
    code: 2,
    stdout: "",
    stderr:
      'xdptally: Cannot use --user "n0body": there is no such user; name a user of this machine, or root\n',
  });
});

Deno.test("--wait-interface keeps the capabilities for attaching, on the main thread alone", async () => {
  using stage = vethStage();
  // An idle helper thread ends after ten seconds; the thread that replaces it at
  // the next tick must not have more capabilities.
  await using capture = new Capture(
    ["--wait-interface", "-i", "11s", "vb", "vc"],
    { in: stage.name },
  );
  await capture.until((records) => records.length > 1);
  const all = threads(stage);
  assert(all.length > 1);
  for (const { isMain, uid, permitted, effective } of all) {
    assertEquals(uid, NOBODY);
    assertEquals(permitted, isMain ? 1n << 12n | 3n << 38n : 0n);
    // CAP_BPF, where bpf() needs it for reading.
    if (kernelAtLeast(5, 19)) assertEquals(effective, 0n);
  }
  stage.veth("vc", "vd");
  await capture.until((records) =>
    records.some(({ type, interface: name }) =>
      type === "start" && name === "vc"
    )
  );
  assertEquals((await capture.end("SIGINT")).code, 0);
});

Deno.test("root who may not become nobody drops what can be dropped, and says what is kept", async () => {
  const THREE = "-all,+net_admin,+bpf,+perfmon";
  const notice = (refused: string, kept: string) =>
    `Cannot become user "nobody" (${refused}: Operation not permitted (EPERM)): ${kept}; allow it CAP_SETUID and CAP_SETGID\n`;
  const asRoot =
    "it stays root, who owns root's files, and the runtime's threads keep their capabilities";
  for (
    const [bounding, uid, groups, line] of [
      [THREE, "0", "0", notice("setgroups, setresgid, setresuid", asRoot)],
      [`${THREE},+setgid`, "0", "65534", notice("setresuid", asRoot)],
      [
        `${THREE},+setuid`,
        "65534",
        "0",
        notice("setgroups, setresgid", "it stays in root's groups"),
      ],
    ] as const
  ) {
    using stage = vethStage();
    const through = ["setpriv", "--groups=0", "--bounding-set", bounding];
    await using capture = new Capture(["-i", "100ms", "vb"], {
      in: stage.name,
      through,
    });
    await capture.until((records) => records.length > 2);
    for (const thread of threads(stage)) {
      assertEquals(thread.uid, Array(4).fill(uid).join("\t"));
      assertEquals(thread.groups, groups);
      if (uid !== "0" || thread.isMain) assertEquals(thread.permitted, 0n);
    }
    const { code, stderr } = await capture.end("SIGINT");
    assertEquals(code, 0);
    assertEquals(stderr.split(line).length, 2, stderr);
  }
});

Deno.test("--user root keeps all of root's rights", async () => {
  using stage = vethStage();
  await using capture = new Capture(
    ["-i", "100ms", "--user", "root", "vb"],
    { in: stage.name },
  );
  await capture.until((records) => records.length > 2);
  const mine = /^CapPrm:\s*(\w+)$/m.exec(sh("cat", "/proc/self/status"))![1];
  for (const { uid, permitted } of threads(stage)) {
    assertEquals([uid, permitted], ["0\t0\t0\t0", BigInt(`0x${mine}`)]);
  }
  assertEquals((await capture.end("SIGINT")).code, 0);
});

Deno.test("a file with capabilities runs without root", async () => {
  using stage = vethStage();
  using folder = new Folder();
  sh("chmod", "755", folder.path);
  const binary = `${folder.path}/xdptally`;
  Deno.copyFileSync(BINARY, binary);
  sh("setcap", "cap_net_admin,cap_bpf,cap_perfmon+ep", binary);
  const { code, stderr } = await run(["-q", "-c", "2", "-i", "100ms", "vb"], {
    in: stage.name,
    through: ["setpriv", "--reuid", "65534", "--clear-groups"],
    binary,
  });
  assertEquals([code, stderr], [0, ""]);
});

Deno.test("a capture file that user nobody may not reopen stays open until the end", async () => {
  using stage = vethStage();
  using folder = new Folder();
  sh("chmod", "755", folder.path);
  const file = `${folder.path}/x.jsonl`;
  const records = (path: string) =>
    Deno.readTextFileSync(path).trimEnd().split("\n").length;
  const capture = await startCapture(["-i", "100ms", "-o", file, "vb"], stage);
  await using _ = capture;
  assertStringIncludes(
    capture.stderr,
    `"${file}" stays open until the end: user "nobody" may not reopen it after a rotation; use copytruncate, or --user root`,
  );
  Deno.renameSync(file, `${file}.1`);
  await become(() => capture.stderr.includes("still writing to the old file"));
  const moved = records(`${file}.1`);
  await become(() => records(`${file}.1`) > moved + 2);
  assertEquals((await capture.end("SIGINT")).code, 0);
  assertEquals(
    capture.stderr.match(/still writing to the old file/g)?.length,
    1,
  );
  const last = Deno.readTextFileSync(`${file}.1`).trimEnd().split("\n").at(-1)!;
  assertEquals(JSON.parse(last).type, "end");
});

Deno.test("in a folder that the user owns, a renamed file is reopened and a .prom page is replaced", async () => {
  using stage = vethStage();
  using folder = new Folder();
  sh("chown", "daemon:daemon", folder.path);
  sh("chmod", "755", folder.path);
  for (const name of ["x.jsonl", "x.prom"]) {
    const file = `${folder.path}/${name}`;
    const capture = await startCapture(
      ["--user", "daemon", "-i", "100ms", "-o", file, "vb"],
      stage,
    );
    await using _ = capture;
    await become(() => threads(stage).every(({ uid }) => uid[0] === "1"));
    if (name === "x.jsonl") {
      sh("chown", "daemon", file);
      Deno.renameSync(file, `${file}.1`);
      await become(() => isThere(file));
    }
    assertEquals((await capture.end("SIGINT")).code, 0);
    assertEquals(Deno.statSync(file).uid, 1, file);
  }
});

Deno.test("a .prom page that only root may replace: the run stays root and says so", async () => {
  using stage = vethStage();
  using folder = new Folder();
  const capture = await startCapture(
    ["-i", "100ms", "-o", `${folder.path}/x.prom`, "vb"],
    stage,
  );
  await using _ = capture;
  assertStringIncludes(capture.stderr, 'Staying root: user "nobody" may not');
  assertEquals((await capture.end("SIGINT")).code, 0);
});

/** The six calls of a user's shell that would get at a process. */
const PROBES = [
  'cat "/proc/$1/environ"',
  'cat "/proc/$1/maps"',
  'ls -l "/proc/$1/fd"',
  'head -c 1 "/proc/$1/mem"',
  'timeout 5 strace -qq -p "$1"',
  'timeout 5 strace -qq -p "$2"',
];

const AMBIENT = [
  ...["setpriv", "--reuid=4711", "--regid=4711", "--clear-groups"],
  ...["--inh-caps=+net_admin,+bpf,+perfmon"],
  "--ambient-caps=+net_admin,+bpf,+perfmon",
];

for (
  const [how, args, through] of [
    ["root that became a user", ["--user", "4711"], []],
    ["with capabilities to attach again", [
      "--user",
      "4711",
      "--wait-interface",
    ], []],
    ["started with ambient capabilities", [], AMBIENT],
  ] as const
) {
  Deno.test(`${how}: no thread can gain rights, and no process of its user can trace it`, async () => {
    using stage = vethStage();
    await using capture = new Capture(["-i", "100ms", ...args, "vb"], {
      in: stage.name,
      through,
    });
    await capture.until((records) => records.length > 2);
    const all = threads(stage);
    for (const { uid, noNewPrivileges, seccomp } of all) {
      assertEquals([uid.split("\t")[0], noNewPrivileges, seccomp], [
        "4711",
        "1",
        "2",
      ]);
    }
    if (through.length === 0) {
      assertEquals(all.find(({ isMain }) => isMain)!.bounding, 0n);
    }
    const pid = sh("ip", "netns", "pids", stage.name).trim();
    const [, helper] = [...Deno.readDirSync(`/proc/${pid}/task`)];
    for (const probe of PROBES) {
      const { code } = new Deno.Command("setpriv", {
        args: [
          ...["--reuid=4711", "--regid=4711", "--clear-groups"],
          ...["sh", "-c", probe, "sh", pid, helper!.name],
        ],
        stdout: "null",
        stderr: "null",
      }).outputSync();
      assert(code !== 0 && code !== 124, `${probe}: ${code}`);
    }
    const { code, record } = await capture.end("SIGINT");
    assertEquals([code, record.complete], [0, true]);
  });
}

Deno.test("that a run stays root is said with -q too, unless --user root asks for it", async () => {
  using stage = vethStage();
  using folder = new Folder();
  const args = ["-q", "-c", "1", "-i", "100ms", "-o", `${folder.path}/x.prom`];
  const stays = await run([...args, "vb"], { in: stage.name });
  assertStringIncludes(stays.stderr, "Staying root: user ");
  const asked = await run([...args, "--user", "root", "vb"], {
    in: stage.name,
  });
  assertEquals([stays.code, asked], [0, { code: 0, stdout: "", stderr: "" }]);
});

Deno.test("--user root reopens a file that was renamed, in a folder of root", async () => {
  using stage = vethStage();
  using folder = new Folder();
  const file = `${folder.path}/x.jsonl`;
  const args = ["--user", "root", "-i", "100ms", "-o", file, "vb"];
  await using capture = await startCapture(args, stage);
  assertEquals(capture.stderr.includes("stays open"), false, capture.stderr);
  Deno.renameSync(file, `${file}.1`);
  await become(() => isThere(file));
  assertEquals((await capture.end("SIGINT")).code, 0);
});
