/** `xdptally check`: its results, exit codes and remedies; it attaches nothing. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { lacksKernel } from "../lib/kernel.ts";
import { Namespace, sh, vethStage } from "../lib/stage.ts";
import { Keepers } from "../lib/traffic.ts";
import { Capture, type JsonRecord, run } from "../lib/xdptally.ts";

async function check(
  stage: Namespace,
  ...args: string[]
): Promise<{ code: number; found: (on: string, name: string) => JsonRecord }> {
  const { code, stdout, stderr } = await run(["check", "-j", ...args], {
    in: stage.name,
  });
  assertEquals(stderr, "");
  const { rows, works, type, schema } = JSON.parse(stdout);
  assertEquals([schema, type, works], [1, "check", code === 0]);
  return {
    code,
    found: (on, name) =>
      rows.find((row: JsonRecord) => row.on === on && row.name === name),
  };
}

Deno.test("check: host and interface pass, and nothing is attached", async () => {
  using stage = vethStage();
  const { code, found } = await check(stage, "vb");
  assertEquals(code, 0);
  assertEquals(found("host", "program").value, "loaded and verified");
  assertEquals(found("host", "XDP links").value, "yes");
  assertMatch(found("host", "libbpf").value, /^libbpf\.so\.1 \d\S* \(\/.*\)$/);
  assertEquals(found("vb", "driver").value, "veth");
  assertEquals(found("vb", "XDP program").value, "none");
  assertEquals(stage.programs("vb"), []);
});

const OPTIONS = [
  [],
  ["--hook", "xdp"],
  ["--hook", "tc", "--direction", "both"],
  ["--mode", "native"],
  ["--mode", "generic", "--direction", "both"],
  ["--direction", "out"],
];

for (const name of ["vb", "lo", "tap0"]) {
  Deno.test({
    name:
      `check: it predicts the exit code, the mode and its reason on ${name}`,
    ignore: lacksKernel(6, 6, "tcx links, and the kernel's word on drivers"),
    fn: async () => {
      using stage = vethStage();
      stage.ip("tuntap", "add", "dev", "tap0", "mode", "tap");
      for (const options of OPTIONS) {
        const { code, found } = await check(stage, ...options, name);
        const capture = new Capture(
          ["-c", "1", "-i", "100ms", ...options, name],
          { in: stage.name },
        );
        assertEquals((await capture.end()).code, code, options.join(" "));
        if (code !== 0) continue;
        for (const { type, direction, mode, modeReason } of capture.records) {
          if (type !== "start") continue;
          const row = found(name, direction === "in" ? "mode" : "mode out");
          const reason = modeReason === undefined ? "" : `: ${modeReason}`;
          assertEquals(row.value, mode + reason, options.join(" "));
        }
      }
    },
  });
}

Deno.test({
  name: "check: it foresees what a run does where no tcx program fits any more",
  ignore: lacksKernel(6, 6, "tcx links"),
  fn: async () => {
    using stage = vethStage();
    await using _keepers = new Keepers(stage, "vb", "last", 63);
    while (stage.tcxPrograms("vb").length < 63);
    for (const options of [[], ["--hook", "tc"], ["--direction", "out"]]) {
      const { code, found } = await check(stage, ...options, "vb");
      const capture = new Capture(
        ["-c", "1", "-i", "100ms", ...options, "vb"],
        { in: stage.name },
      );
      assertEquals((await capture.end()).code, code, options.join(" "));
      assertEquals(code, options.length === 0 ? 0 : 6);
      const full = "63 tcx programs are there already";
      assertStringIncludes(capture.stderr, full);
      const name = options.includes("out") ? "mode out" : "mode";
      assertStringIncludes(found("vb", name).value, full);
    }
  },
});

Deno.test({
  name: "check: it has what is on tcx and clsact, in both directions",
  ignore: lacksKernel(6, 6, "tcx links"),
  fn: async () => {
    using stage = vethStage();
    const programs = async () => {
      const { found } = await check(stage, "vb");
      return ["in", "out"].map((direction) =>
        found("vb", `tc programs, ${direction}`).value
      );
    };
    assertEquals(await programs(), ["none", "none"]);
    stage.run("tc", "qdisc", "add", "dev", "vb", "clsact");
    assertEquals(await programs(), ["none", "none"]);
    const filter = "u32 match u32 0 0 flowid :1".split(" ");
    stage.run("tc", "filter", "add", "dev", "vb", "egress", ...filter);
    assertEquals(await programs(), ["none", "filters (clsact)"]);
    await using capture = new Capture(["--hook", "tc", "vb"], {
      in: stage.name,
    });
    await capture.attached();
    await using _keepers = new Keepers(stage, "vb", "last");
    let ids: number[] = [];
    while (ids.length < 2) ids = stage.tcxPrograms("vb");
    const [incoming, outgoing] = await programs();
    assertMatch(
      incoming!,
      new RegExp(
        `^tcx "xdptally_tc" \\(id ${
          ids[0]
        }\\) of pid ${capture.pid}, then tcx "keep" \\(id ${
          ids[1]
        }\\) of pid \\d+$`,
      ),
    );
    assertMatch(
      outgoing!,
      /^tcx "keep" \(id \d+\) of pid \d+, then filters \(clsact\)$/,
    );
  },
});

Deno.test("check: the table has a remedy for each failure, and the exit code is the failure's", async () => {
  using stage = vethStage();
  const args = ["--hook", "xdp", "vb"];
  await using capture = new Capture(args, { in: stage.name });
  await capture.attached();
  const { code, stdout } = await run(["check", ...args], { in: stage.name });
  assertEquals(code, 5);
  assertMatch(
    stdout,
    /^ {2}FAIL {2}XDP program +XDP program "xdptally" \(id \d+\) of pid \d+, since \S+Z, holds it\n {10,}=> stop it first/m,
  );
  const missing = await run(["check", "vx"], { in: stage.name });
  assertEquals(missing.code, 4);
  assertStringIncludes(missing.stdout, 'Cannot find interface "vx"');
  const all = await run(["check"], { in: stage.name });
  assertEquals(all.code, 0, "interfaces that are not named do not fail it");
  for (const name of ["lo", "va", "vb"]) {
    assertMatch(all.stdout, new RegExp(`^${name}$`, "m"));
  }
});

Deno.test("check: without rights it says which are missing: exit 3", async () => {
  const { code, stdout } = await run(["check", "lo"], {
    through: ["setpriv", "--reuid", "65534", "--clear-groups"],
  });
  assertEquals(code, 3);
  assertStringIncludes(stdout, "lacks CAP_NET_ADMIN, CAP_BPF, CAP_PERFMON");
  assertStringIncludes(stdout, "=> run it with sudo");
});

Deno.test("check: --max-sources needs more memory than the machine has: exit 1", async () => {
  using stage = new Namespace();
  stage.veth("va", "vb");
  const free = Number(
    /^MemAvailable:\s+(\d+) kB/m.exec(sh("cat", "/proc/meminfo"))![1],
  );
  const { code, found } = await check(stage, "--max-sources", "2097152", "vb");
  // The maps take 0.9 GB here; a machine with less reports a failure.
  assertEquals(code, free * 1024 > 1.1e9 ? 0 : 1);
  assertMatch(found("vb", "memory").value, /^\d+\.\d MB for 2097152 sources/);
});
