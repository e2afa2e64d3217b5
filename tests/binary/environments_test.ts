/** `check` ends with the exit code of the run that follows, whatever the environment. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Folder } from "../lib/folder.ts";
import { underSeccomp } from "../lib/launch.ts";
import { type Namespace, sh, vethStage } from "../lib/stage.ts";
import { become, run, type RunOptions } from "../lib/xdptally.ts";

/** A place to run in, and what a run there ends with. */
interface Environment {
  readonly name: string;
  readonly code: number;
  /** What both say. */
  readonly says?: string;
  readonly through?: readonly string[];
  /** `FOLDER` stands for a folder of the test. */
  readonly args?: readonly string[];
  /** Instead of `vb`. */
  readonly interfaces?: readonly string[];
  readonly env?: Record<string, string>;
  readonly clearEnv?: boolean;
}

const BASE = ["net_admin", "bpf", "perfmon"];

/** Root with these capabilities and no others. */
function rootWith(...capabilities: string[]): string[] {
  const set = ["-all", ...capabilities.map((name) => `+${name}`)].join(",");
  return ["setpriv", "--inh-caps=-all", "--bounding-set", set];
}

/** Runs shell commands before the program. */
function after(commands: string, ...before: string[]): string[] {
  return [...before, "sh", "-c", `${commands}; exec "$@"`, "sh"];
}

const withoutLibbpf = after(
  'for library in $(/sbin/ldconfig -p | sed -n "s/.*libbpf.so.* => //p"); do mount --bind /dev/null "$library"; done',
  ...["unshare", "--mount"],
);

const OUTPUT = ["-o", "FOLDER/x.jsonl"];
const REFUSALS = ["EPERM", "ENOSYS"] as const;
const anyRefusal = (
  call: string,
  rest: Omit<Environment, "name" | "through">,
): Environment[] =>
  REFUSALS.map((error) => ({
    name: `${call}: ${error}`,
    through: underSeccomp(`${call}=${error}`),
    ...rest,
  }));

const ENVIRONMENTS: Environment[] = [
  { name: "nothing special", code: 0 },
  { name: "an empty environment", code: 0, clearEnv: true },
  { name: "TMPDIR is missing", code: 0, env: { TMPDIR: "/nonexistent" } },

  // Rights.
  ...[[], ["setuid"], ["setgid"], ["dac_override"]].map((more) => ({
    name: `root with the three capabilities, and ${more}`,
    through: rootWith(...BASE, ...more),
    says: 'Cannot become user "nobody" (set',
    code: 0,
  })),
  {
    name: "root with all that it needs to become nobody",
    through: rootWith(...BASE, "setuid", "setgid"),
    code: 0,
  },
  {
    name: "root with CAP_SYS_ADMIN only",
    through: rootWith("sys_admin"),
    says: 'Cannot become user "nobody" (set',
    code: 0,
  },
  ...[1, 2, 3, 4, 5, 6].map((some) => {
    const held = BASE.filter((_, at) => some >> at & 1);
    return {
      name: `root with ${held} only`,
      through: rootWith(...held),
      says: "CAP_",
      code: 3,
    };
  }),
  {
    name: "not root",
    through: ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"],
    code: 3,
  },
  {
    name: "root of a user namespace",
    through: ["unshare", "--user", "--map-root-user"],
    says: "root of a user namespace has no rights over the kernel's BPF",
    code: 3,
  },
  {
    name: "root of a user namespace, with a network of its own",
    through: ["unshare", "--user", "--map-root-user", "--net"],
    says: 'Cannot find interface "vb"',
    code: 4,
  },
  { name: "bpf: EPERM", through: underSeccomp("bpf=EPERM"), code: 3 },
  { name: "bpf: ENOSYS", through: underSeccomp("bpf=ENOSYS"), code: 6 },
  ...["capset", "prctl"].flatMap((call) => [
    ...anyRefusal(call, { code: 3, says: "Cannot give up root's rights" }),
    ...anyRefusal(call, { code: 0, args: ["--user", "root"] }),
  ]),
  ...["setgroups", "setresgid", "setresuid"].flatMap((call) =>
    anyRefusal(call, {
      code: 0,
      says: `Cannot become user "nobody" (${call}: `,
      args: OUTPUT,
    })
  ),
  { name: "no such user", code: 2, args: ["--user", "n0body"] },
  {
    name: "no such user, and no such interface",
    code: 4,
    args: ["--user", "n0body"],
    interfaces: ["vx"],
  },

  // Sockets.
  ...["EAFNOSUPPORT", "EPERM"].map((error) => ({
    name: `AF_NETLINK: ${error}`,
    through: underSeccomp(`socket(16)=${error}`),
    code: 0,
  })),
  {
    name: "no AF_INET",
    through: underSeccomp("socket(2)=EAFNOSUPPORT"),
    code: 0,
  },
  {
    name: "neither AF_INET nor AF_INET6",
    through: underSeccomp("socket(2)=EAFNOSUPPORT", "socket(10)=EAFNOSUPPORT"),
    code: 0,
  },

  // The interfaces.
  { name: "a missing interface", code: 4, interfaces: ["vb", "vx"] },
  { name: "an interface twice", code: 2, interfaces: ["vb", "vb"] },

  // libbpf.
  ...anyRefusal("memfd_create", { code: 0 }),
  ...REFUSALS.map((error) => ({
    name: `no libbpf, memfd_create: ${error}`,
    through: [...withoutLibbpf, ...underSeccomp(`memfd_create=${error}`)],
    says: "allow memfd_create() in the seccomp filter",
    code: 6,
  })),

  // The machine.
  ...[14, 15, 20, 32].map((files) => ({
    name: `ulimit -n ${files}`,
    through: after(`ulimit -n ${files}`),
    args: OUTPUT,
    says: "raise the limit (ulimit -n)",
    code: 1,
  })),
  ...[46, 48, 64].map((files) => ({
    name: `ulimit -n ${files}`,
    through: after(`ulimit -n ${files}`),
    args: [...OUTPUT, "--listen", "9435"],
    code: 0,
  })),
  {
    name: "/proc shows processes only",
    through: after(
      "mount -t proc -o subset=pid none /proc",
      ...["unshare", "--mount"],
    ),
    code: 0,
  },
  {
    name: "no /sys",
    through: after("umount -l /sys", "unshare", "--mount"),
    code: 0,
  },
  {
    name: "no /dev",
    through: after("mount -t tmpfs none /dev", "unshare", "--mount"),
    code: 0,
  },
  ...["<&-", ">&-", "2>&-", "<&- >&- 2>&-"].map((closed) => ({
    name: `closed: ${closed}`,
    through: ["sh", "-c", `exec "$@" ${closed}`, "sh"],
    code: 0,
  })),
  {
    name: "stdout is open for reading only",
    through: ["sh", "-c", 'exec "$@" 1</dev/null', "sh"],
    says: "not open for writing",
    code: 7,
  },

  // Output.
  { name: "a new file", code: 0, args: OUTPUT },
  { name: "a new folder", code: 0, args: ["-o", "FOLDER/new/folder/"] },
  { name: "a new page", code: 0, args: ["-o", "FOLDER/new/x.prom"] },
  { name: "a device", code: 0, args: ["-o", "/dev/null"] },
  ...anyRefusal("flock", { code: 0 }),
  ...["x.jsonl", "old.jsonl"].flatMap((file) =>
    anyRefusal("flock", {
      code: 7,
      says: "Cannot lock",
      args: ["-o", `FOLDER/${file}`],
    })
  ),
  ...[
    ["FOLDER", "Is a directory"],
    ["FOLDER/old.jsonl/x.jsonl", "Not a directory"],
    ["FOLDER/old.jsonl/x.prom", "Not a directory"],
    ["FOLDER/socket", "No such device or address"],
    ["FOLDER/old.jsonl.gz", "something else than xdptally's jsonl"],
    ["FOLDER/link.prom", "something else than xdptally's prom"],
    ["FOLDER/link-to-nowhere.jsonl", "No such file or directory"],
    ["/proc/x.jsonl", "No such file or directory"],
    [`FOLDER/${"x".repeat(300)}.jsonl`, "File name too long"],
  ].map(([file, says]) => ({
    name: `-o ${file!.slice(0, 40)}`,
    args: ["-o", file!],
    says: says!,
    code: 7,
  })),
  {
    name: "a read-only file system",
    through: after("mount -t tmpfs -o ro none /mnt", "unshare", "--mount"),
    args: ["-o", "/mnt/new/x.jsonl"],
    says: "Read-only file system",
    code: 7,
  },
  {
    name: "root who may not write into another user's folder",
    through: rootWith(...BASE),
    args: ["-o", "FOLDER/of-daemon/x.jsonl"],
    says: "Permission denied",
    code: 7,
  },
  {
    name: "root who may, but only until it has attached",
    through: rootWith(...BASE, "dac_override"),
    args: ["-o", "FOLDER/of-daemon/x.prom"],
    says: "Staying root",
    code: 0,
  },

  // Metrics over HTTP.
  { name: "a free port", code: 0, args: ["--listen", "9435"] },
  { name: "a port below 1024", code: 0, args: ["--listen", "80"] },
  {
    name: "a port that another process has",
    args: ["--listen", "9436"],
    says: "Cannot listen on 127.0.0.1:9436: Address already in use",
    code: 7,
  },
  {
    name: "a port below 1024, without the right to it",
    through: rootWith(...BASE),
    args: ["--listen", "80"],
    says: "Permission denied",
    code: 7,
  },
  {
    name: "an address of another machine",
    args: ["--listen", "192.0.2.1:9435"],
    says: "Cannot assign requested address",
    code: 7,
  },
  {
    name: "a certificate that is none",
    args: [
      ...["--listen", "9435", "--listen-cert", "FOLDER/old.jsonl"],
      ...["--listen-key", "FOLDER/old.jsonl"],
    ],
    says: "check the certificate and its key",
    code: 2,
  },
];

/** Files that environments name, in a folder of the test. */
function furnish(folder: string): void {
  const record = '{"schema":1,"type":"end"}\n';
  Deno.writeTextFileSync(`${folder}/old.jsonl`, record);
  Deno.writeTextFileSync(`${folder}/old.jsonl.gz`, "x".repeat(100));
  Deno.symlinkSync("old.jsonl", `${folder}/link.prom`);
  Deno.symlinkSync("/proc/nothing", `${folder}/link-to-nowhere.jsonl`);
  Deno.mkdirSync(`${folder}/of-daemon`);
  sh("chown", "daemon", `${folder}/of-daemon`);
}

/** What is in a folder: names, times and sizes. */
function contents(folder: string): string {
  return sh("find", folder, "-type", "f", "-printf", "%p %T@ %s\n") +
    sh("find", folder, "-printf", "%p\n");
}

/** Occupies port 9436 of the stage. */
async function occupyPort(stage: Namespace): Promise<AsyncDisposable> {
  const listen =
    'Deno.listen({ hostname: "127.0.0.1", port: 9436 }); setTimeout(() => {}, 3e6)';
  const child = new Deno.Command("ip", {
    args: ["netns", "exec", stage.name, Deno.execPath(), "eval", listen],
    stdin: "null",
  }).spawn();
  await become(() => stage.run("ss", "-Hltn").includes(":9436"));
  return {
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
    },
  };
}

for (const environment of ENVIRONMENTS) {
  const { name, code, says, interfaces = ["vb"] } = environment;
  const { args = [], through = [], clearEnv = false, env = {} } = environment;
  Deno.test(
    `check predicts the exit code of a run: ${name} ${args.join(" ")}`.slice(
      0,
      150,
    ),
    async () => {
      using stage = vethStage();
      stage.ip("link", "set", "dev", "lo", "up");
      using folder = new Folder();
      sh("chmod", "755", folder.path);
      furnish(folder.path);
      using _socket = Deno.listen({
        transport: "unix",
        path: `${folder.path}/socket`,
      });
      await using _ = args.includes("9436")
        ? await occupyPort(stage)
        : undefined;
      const given = [
        ...args.map((word) => word.replace("FOLDER", folder.path)),
        ...interfaces,
      ];
      const options: RunOptions = { in: stage.name, through, clearEnv, env };
      const before = contents(folder.path);
      const check = await run(["check", ...given], options);
      assertEquals(
        contents(folder.path),
        before,
        "check leaves nothing behind",
      );
      const watch = await run(["-c", "1", "-i", "100ms", ...given], options);
      const said = { check: check.stdout + check.stderr, watch: watch.stderr };
      assertEquals(
        [check.code, watch.code],
        [code, code],
        JSON.stringify(said),
      );
      for (const text of Object.values(said)) {
        assert(!/panicked|stack|Unexpected failure|^ +at /m.test(text), text);
        if (says !== undefined) assertStringIncludes(text, says);
      }
      assertEquals(stage.programs("vb"), []);
    },
  );
}

Deno.test("check predicts the exit code of a run: at every limit of open files about the least that does", async () => {
  using stage = vethStage();
  using folder = new Folder();
  const ended: number[] = [];
  // How many files the runtime has open at the start differs from machine to machine.
  for (let files = 34; files <= 64; files += 3) {
    const options: RunOptions = {
      in: stage.name,
      through: after(`ulimit -n ${files}`),
    };
    const output = ["-o", `${folder.path}/${files}.jsonl`];
    const check = await run(["check", ...output, "vb"], options);
    const watch = await run(
      ["-c", "1", "-i", "100ms", ...output, "vb"],
      options,
    );
    assertEquals(
      check.code,
      watch.code,
      `${files}: ${check.stdout}${check.stderr}${watch.stderr}`,
    );
    ended.push(watch.code);
  }
  assertEquals(ended, ended.toSorted().toReversed(), "more files never hurt");
  assertEquals([ended[0], ended.at(-1)], [1, 0]);
});

/** Where the runtime fails before the program: docs/safety.md lists what it says. */
const BEFORE_THE_PROGRAM: Environment[] = [
  {
    name: "a stripped executable",
    through: after(
      'strip -o "FOLDER/xdptally" "$1"; shift; set "FOLDER/xdptally" "$@"',
    ),
    says: "Could not find standalone binary section",
    code: 1,
  },
  {
    name: "no /proc",
    through: after("umount -l /proc", "unshare", "--mount"),
    says: "no /proc/self/exe available. Is /proc mounted?",
    code: 1,
  },
  {
    name: "the current folder was deleted",
    through: after(
      'mkdir "FOLDER/gone"; cd "FOLDER/gone"; rmdir "FOLDER/gone"',
    ),
    says: "No such file or directory (os error 2)",
    code: 1,
  },
  {
    name: "ulimit -n 3",
    through: after("ulimit -n 3"),
    says: "Error 24",
    code: 127,
  },
  {
    name: "ulimit -n 10",
    through: after("ulimit -n 10"),
    says: "Too many open files",
    code: 101,
  },
  {
    name: "ulimit -v 1000000",
    through: after("ulimit -v 1000000"),
    says: "Fatal process out of memory",
    code: 133,
  },
];

for (const { name, through = [], says = "", code } of BEFORE_THE_PROGRAM) {
  Deno.test(`check ends as a run does, with the runtime's message: ${name}`, async () => {
    using stage = vethStage();
    using folder = new Folder();
    const options: RunOptions = {
      in: stage.name,
      through: through.map((word) => word.replaceAll("FOLDER", folder.path)),
    };
    for (const command of ["check", "watch"]) {
      const ended = await run([command, "vb"], options);
      assertEquals(ended.code, code, ended.stderr);
      assertStringIncludes(ended.stderr, says);
    }
    assertEquals(stage.programs("vb"), []);
  });
}

Deno.test("check: lockdown is unknown without securityfs, and known with it", async () => {
  using stage = vethStage();
  const row = async (mount: string) => {
    const { stdout } = await run(["check", "vb"], {
      in: stage.name,
      through: after(mount, "unshare", "--mount"),
    });
    return /lockdown +(.*)/.exec(stdout)?.[1];
  };
  const folder = "/sys/kernel/security";
  assertEquals(
    await row(`while umount ${folder} 2>/dev/null; do :; done`),
    `unknown: securityfs is not mounted on ${folder}`,
  );
  const mode = await row(`mount -t securityfs none ${folder}`);
  assert(["none", "integrity", "confidentiality"].includes(mode!), mode);
});
