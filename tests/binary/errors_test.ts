/** What the program refuses: one clear line on stderr, the right exit code, no stack trace. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { lacksKernel } from "../lib/kernel.ts";
import { underSeccomp } from "../lib/launch.ts";
import { Namespace, vethStage } from "../lib/stage.ts";
import { run, type RunOptions } from "../lib/xdptally.ts";

/** One clear line on stderr, nothing on stdout, no stack trace, the exit code. */
async function assertRefused(
  args: string[],
  exitCode: number,
  line: string | RegExp,
  options: RunOptions = {},
): Promise<void> {
  const { code, stdout, stderr } = await run(args, options);
  const said = `xdptally ${args.join(" ")}: exit ${code}: ${stderr}`;
  assertEquals(stdout, "", said);
  assertEquals(code, exitCode, said);
  assertMatch(stderr, /^xdptally: Cannot [^\n]+\n$/, said);
  if (line instanceof RegExp) assertMatch(stderr, line);
  else assertStringIncludes(stderr, line);
}

Deno.test("bad command lines: exit 2", async () => {
  await assertRefused([], 2, "no interface is named");
  await assertRefused(["--interwal", "eth0"], 2, "did you mean --interval?");
  await assertRefused(["eth0", "eth0"], 2, 'Cannot watch "eth0" twice');
  for (const interval of ["0", "-1", "abc", "1e9h"]) {
    await assertRefused(
      ["--interval", interval, "eth0"],
      2,
      `Cannot use --interval "${interval}"`,
    );
  }
  await assertRefused(["--top", "-1", "eth0"], 2, 'Cannot use --top "-1"');
});

Deno.test("an interface that does not exist: exit 4, and the nearest name first", async () => {
  using stage = vethStage();
  await assertRefused(
    ["vbb"],
    4,
    'Cannot find interface "vbb"; this machine has: vb, va, lo',
    { in: stage.name },
  );
  const tooLong = "x".repeat(128);
  await assertRefused([tooLong], 4, "this machine has:", { in: stage.name });
});

Deno.test("one of many interfaces is misspelt: five are named, and -D lists all", async () => {
  using stage = new Namespace();
  for (let pair = 0; pair < 10; pair++) stage.veth(`va${pair}`, `vb${pair}`);
  const { code, stderr } = await run(["vb77"], { in: stage.name });
  assertEquals([code, stderr.split("\n").length], [4, 2], stderr);
  const [, names] = /of 21 interfaces: (.*); xdptally -D lists all\n$/
    .exec(stderr)!;
  assertEquals(names!.split(", ").length, 5);
  assertEquals(names!.split(", ")[0], "vb7");
});

Deno.test("not root: exit 3, and the capabilities that are needed", async () => {
  using stage = vethStage();
  const through = [
    "setpriv",
    "--reuid=65534",
    "--regid=65534",
    "--clear-groups",
  ];
  await assertRefused(
    ["vb"],
    3,
    'Cannot load the program for "vb": not permitted without CAP_NET_ADMIN, CAP_BPF, CAP_PERFMON: Operation not permitted (EPERM); run it with sudo, or give it CAP_NET_ADMIN, CAP_BPF and CAP_PERFMON',
    { in: stage.name, through },
  );
});

Deno.test("not root, with the three capabilities: it runs", async () => {
  using stage = vethStage();
  const capabilities = "+net_admin,+bpf,+perfmon";
  const through = [
    "setpriv",
    "--reuid=65534",
    "--regid=65534",
    "--clear-groups",
    `--inh-caps=${capabilities}`,
    `--ambient-caps=${capabilities}`,
  ];
  const { code, stderr } = await run(["-c", "1", "-i", "100ms", "vb"], {
    in: stage.name,
    through,
  });
  assertEquals(code, 0, stderr);
});

Deno.test("a capability is missing: exit 3", async () => {
  using stage = vethStage();
  const through = [
    "setpriv",
    "--bounding-set=-all,+net_admin,+dac_override",
    "--inh-caps=-all",
  ];
  await assertRefused(["vb"], 3, "not permitted without CAP_BPF, CAP_PERFMON", {
    in: stage.name,
    through,
  });
});

Deno.test("a seccomp filter refuses bpf(): exit 3, and it is named", async () => {
  using stage = vethStage();
  await assertRefused(["vb"], 3, "look for a seccomp filter", {
    in: stage.name,
    through: underSeccomp("bpf=EPERM"),
  });
});

const AF = { unix: 1, inet: 2, inet6: 10, netlink: 16 };
const ALL = Object.values(AF);
const socketRule = (family: number) => `socket(${family})=EAFNOSUPPORT`;

for (
  const denied of [
    [AF.netlink],
    [AF.inet],
    [AF.inet, AF.inet6],
    ...ALL.map((allowed) => ALL.filter((family) => family !== allowed)),
  ]
) {
  Deno.test(`sockets of address families ${denied} are denied: all works`, async () => {
    using stage = vethStage();
    const options = {
      in: stage.name,
      through: underSeccomp(...denied.map(socketRule)),
    };
    const listed = await run(["-D"], options);
    assertEquals(listed, await run(["-D"], { in: stage.name }));
    await assertRefused(["vbb"], 4, 'Cannot find interface "vbb"', options);
    assertEquals((await run(["check", "vb"], options)).code, 0);
    const { code, stderr } = await run(
      ["-c", "2", "-i", "100ms", "vb"],
      options,
    );
    assertEquals(code, 0, stderr);
    assertStringIncludes(stderr, ' program to iface "vb"');
    assert(!stderr.includes("renamed"), stderr);
  });
}

Deno.test("no socket is allowed: exit 3, and it is named", async () => {
  using stage = vethStage();
  for (const args of [["-D"], ["vb"]]) {
    await assertRefused(args, 3, "RestrictAddressFamilies=", {
      in: stage.name,
      through: underSeccomp(...ALL.map(socketRule)),
    });
  }
});

// The errors of libbpf 1.x and 0.x on a kernel without global variables.
for (const error of ["EINVAL", "EOPNOTSUPP"]) {
  Deno.test(`a kernel that is too old (${error}): exit 6`, async () => {
    using stage = vethStage();
    const inject = `inject=bpf:error=${error}:when=1+`;
    await assertRefused(["vb"], 6, "use Linux 5.10 or later", {
      in: stage.name,
      through: ["strace", "-f", "-qq", "-o", "/dev/null", "-e", inject],
    });
  });
}

/** For `through`: a mount namespace without the system's libbpf, after `setup`. */
function withoutLibbpf(setup: string): string[] {
  const hide =
    'for library in $(ldconfig -p | sed -n "s/.*libbpf.so.* => //p"); do mount --bind /dev/null "$library"; done';
  return [
    "unshare",
    "--mount",
    "--pid",
    "--fork",
    "--mount-proc",
    "sh",
    "-c",
    `PATH=$PATH:/sbin; ${hide}; ${setup}; exec "$0" "$@"`,
  ];
}

Deno.test("no libbpf on the system: the embedded one is used", async () => {
  using stage = vethStage();
  const { code, stderr } = await run(["-v", "-c", "1", "-i", "100ms", "vb"], {
    in: stage.name,
    through: withoutLibbpf(":"),
  });
  assertEquals(code, 0, stderr);
  assertStringIncludes(stderr, "Using embedded libbpf.so.1");
});

Deno.test({
  name: "no libbpf, and the embedded one may not be loaded from memory: exit 6",
  // vm.memfd_noexec is a setting of the PID namespace from that kernel on.
  ignore: lacksKernel(6, 3, "vm.memfd_noexec"),
  async fn() {
    using stage = vethStage();
    await assertRefused(
      ["vb"],
      6,
      "or set the sysctl vm.memfd_noexec below 2",
      {
        in: stage.name,
        through: withoutLibbpf("sysctl -qw vm.memfd_noexec=2"),
      },
    );
    const version = await run(["-V"], {
      through: withoutLibbpf("sysctl -qw vm.memfd_noexec=2"),
    });
    assertEquals([version.code, version.stderr], [0, ""]);
    assertStringIncludes(version.stdout, "\nno libbpf\n");
  },
});

Deno.test("a driver without native mode: exit 6, and the remedy", async () => {
  using stage = new Namespace();
  await assertRefused(
    ["-m", "native", "lo"],
    6,
    "has no native XDP: Operation not supported (EOPNOTSUPP); use --mode generic",
    {
      in: stage.name,
    },
  );
});

Deno.test("-v: libbpf's messages follow the error", async () => {
  using stage = vethStage();
  const through = [
    "setpriv",
    "--reuid=65534",
    "--regid=65534",
    "--clear-groups",
  ];
  const { code, stderr } = await run(["-v", "vb"], { in: stage.name, through });
  assertEquals(code, 3);
  assertStringIncludes(stderr, "libbpf: ");
});
