/** Attaching to every kind of interface, and what happens when the interface or the link goes. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  bytes,
  ethernet,
  ETHERTYPE,
  FRAMES,
  ipv4,
  ipv6,
} from "../lib/frames.ts";
import { lacksKernel } from "../lib/kernel.ts";
import { underSeccomp } from "../lib/launch.ts";
import { Namespace, sh, vethStage } from "../lib/stage.ts";
import { send, sendThroughTun } from "../lib/traffic.ts";
import { assertBalanced, Capture, run } from "../lib/xdptally.ts";

for (const mode of ["native", "generic"]) {
  Deno.test(`another XDP program on the interface is never replaced, --mode ${mode}`, async () => {
    using stage = vethStage();
    const object = new URL("../../dist/tests/flood.bpf.o", import.meta.url)
      .pathname
      .replaceAll("%20", " ");
    stage.ip(
      "link",
      "set",
      "dev",
      "vb",
      "xdp",
      "object",
      object,
      "program",
      "pass",
    );
    const before = stage.programs("vb");
    const { code, stdout, stderr } = await run(["-c", "1", "-m", mode, "vb"], {
      in: stage.name,
    });
    assertEquals([code, stdout], [5, ""]);
    assertStringIncludes(
      stderr,
      `Cannot attach to "vb": XDP program "pass" (id ${before[0]}), since `,
    );
    assertEquals(stderr.split("\n").length, 2);
    assertEquals(stage.programs("vb"), before);
  });
}

Deno.test("a second xdptally names the first as the holder of the interface", async () => {
  using stage = vethStage();
  const args = ["--hook", "xdp", "-i", "100ms", "vb"];
  await using first = new Capture(args, { in: stage.name });
  await first.attached();
  const { code, stderr } = await run(args, { in: stage.name });
  assertEquals(code, 5);
  assertStringIncludes(stderr, 'XDP program "xdptally" (id ');
});

Deno.test("if one of several interfaces cannot be attached, none is", async () => {
  using stage = vethStage();
  stage.veth("vc", "vd");
  const xdp = ["--hook", "xdp", "-i", "100ms"];
  await using holder = new Capture([...xdp, "vd"], { in: stage.name });
  await holder.attached();
  const { code } = await run([...xdp, "vb", "vd"], { in: stage.name });
  assertEquals(code, 5);
  assertEquals(stage.programs("vb"), []);
});

Deno.test("the interface is deleted: an end record, exit 4; the other one goes on", async () => {
  using stage = vethStage();
  stage.veth("vc", "vd");
  await using capture = new Capture(["-i", "100ms", "vb", "vd"], {
    in: stage.name,
  });
  await capture.attached(2);
  await send(stage, "va", [FRAMES[0]!.frame], 5);
  await capture.until(() =>
    capture.ticks.some(({ total }) => total.packets > 0)
  );
  stage.ip("link", "del", "dev", "vb");
  await capture.until((records) => records.some(({ type }) => type === "end"));
  await send(stage, "vc", [FRAMES[0]!.frame], 3);
  await capture.until(() =>
    capture.ticks.some((tick) =>
      tick.interface === "vd" && tick.total.packets > 0
    )
  );
  const { code, stderr } = await capture.end("SIGINT");
  assertEquals(code, 4);
  const ends = capture.records.filter(({ type }) => type === "end");
  assertEquals(
    ends.map((
      end,
    ) => [end.interface, end.reason, end.total.packets, end.complete]),
    [["vb", "interface-gone", 5, true], ["vd", "signal", 3, true]],
  );
  assertStringIncludes(stderr, 'Stopped counting "vb": the interface is gone');
});

for (const hook of ["xdp", "tc"]) {
  const ignore = hook === "tc" && lacksKernel(6, 6, "tcx links");
  const test = (name: string, fn: () => Promise<void>) =>
    Deno.test({ name, ignore, fn });

  test(`${hook}: somebody detaches the program by force: an end record that says so, exit 4`, async () => {
    using stage = vethStage();
    await using capture = new Capture(["--hook", hook, "-i", "100ms", "vb"], {
      in: stage.name,
    });
    await capture.attached();
    const index = stage.index("vb");
    const links = JSON.parse(sh("bpftool", "-j", "link", "show"));
    const [program] = stage.programs("vb");
    const link = links.find((link: { prog_id: number }) =>
      link.prog_id === program
    );
    assert(link !== undefined, `no link on index ${index}`);
    sh("bpftool", "link", "detach", "id", String(link.id));
    const { code, record, stderr } = await capture.end();
    assertEquals([code, record.reason], [4, "detached"]);
    assertStringIncludes(stderr, "somebody detached the program");
  });

  test(`${hook}: it detaches even if somebody else holds a reference to the link`, async () => {
    using stage = vethStage();
    await using capture = new Capture(["--hook", hook, "-i", "100ms", "vb"], {
      in: stage.name,
    });
    await capture.attached();
    const [program] = stage.programs("vb");
    const link = JSON.parse(sh("bpftool", "-j", "link", "show"))
      .find((link: { prog_id: number }) => link.prog_id === program);
    const pin = `/sys/fs/bpf/${stage.name}`;
    sh("bpftool", "link", "pin", "id", String(link.id), pin);
    try {
      const { code, record } = await capture.end("SIGINT");
      assertEquals([code, record.complete], [0, true]);
      assertEquals(stage.programs("vb"), []);
    } finally {
      sh("rm", pin);
    }
  });
}

Deno.test("the interface is deleted, and a signal comes before the next tick: exit 4", async () => {
  using stage = vethStage();
  await using capture = new Capture(["-i", "1h", "vb"], { in: stage.name });
  await capture.attached();
  stage.ip("link", "del", "dev", "vb");
  const { code, record } = await capture.end("SIGINT");
  assertEquals([code, record.reason], [4, "interface-gone"]);
});

Deno.test("two signals at once end the run once, with its end record", async () => {
  using stage = vethStage();
  await using capture = new Capture(["-i", "100ms", "vb"], { in: stage.name });
  await capture.attached();
  capture.kill("SIGTERM");
  const { code, record } = await capture.end("SIGHUP");
  assertEquals([code, record.type, record.reason], [0, "end", "signal"]);
});

Deno.test("a renamed interface: counting goes on, and a message says so", async () => {
  using stage = vethStage();
  await using capture = new Capture(["-q", "-i", "100ms", "vb"], {
    in: stage.name,
  });
  await capture.attached();
  stage.ip("link", "set", "dev", "vb", "name", "vz");
  await capture.until(() => capture.stderr.includes("was renamed"));
  await send(stage, "va", [FRAMES[0]!.frame], 3);
  await capture.until(() =>
    capture.ticks.some(({ total }) => total.packets > 0)
  );
  const { code, stderr } = await capture.end("SIGINT");
  assertEquals(code, 0);
  assertEquals(
    stderr,
    'xdptally: Interface "vb" was renamed to "vz"; its records keep "vb"\n',
  );
});

Deno.test("one interface under two names is refused", async () => {
  using stage = vethStage();
  stage.ip("link", "property", "add", "dev", "vb", "altname", "another");
  const { code, stderr } = await run(["-c", "1", "vb", "another"], {
    in: stage.name,
  });
  assertEquals(code, 2);
  assertStringIncludes(stderr, "name it once");
});

Deno.test("an interface that is down is watched, and a message says so", async () => {
  using stage = vethStage();
  stage.ip("link", "set", "dev", "vb", "down");
  const { code, stderr } = await run(["-c", "1", "-i", "100ms", "vb"], {
    in: stage.name,
  });
  assertEquals(code, 0);
  assertStringIncludes(stderr, 'Interface "vb" is down');
});

for (
  const [args, mode] of [[["--hook", "xdp"], "generic"], [[], "tc"]] as const
) {
  Deno.test({
    name: `loopback is watched in ${mode} mode`,
    ignore: mode === "tc" && lacksKernel(6, 6, "tcx links"),
    fn: async () => {
      using stage = new Namespace();
      stage.ip("link", "set", "dev", "lo", "up");
      await using capture = new Capture([...args, "-i", "100ms", "lo"], {
        in: stage.name,
      });
      const start = await capture.attached();
      assertEquals(start.mode, mode);
      // In the notice, too.
      assertStringIncludes(capture.stderr, start.modeReason);
      stage.run("ping", "-q", "-c", "3", "-i", "0.01", "127.0.0.1");
      await capture.until(() =>
        capture.ticks.some(({ total }) => total.packets > 0)
      );
      const { record: end } = await capture.end("SIGINT");
      assertBalanced(end);
      const source = { ip: "127.0.0.1", packets: 6, bytes: 6 * 98 };
      assertEquals(end.sources, [source]);
    },
  });
}

Deno.test("native mode is refused: the next way is taken, and says why; nothing is left", async () => {
  using stage = new Namespace();
  // XDP on a veth needs a receive queue for each queue that the peer sends by.
  const peer = ["type", "veth", "peer", "name", "vb", "numrxqueues", "1"];
  stage.ip("link", "add", "name", "va", "numtxqueues", "4", ...peer);
  for (const name of ["va", "vb"]) stage.ip("link", "set", "dev", name, "up");
  await using capture = new Capture(
    ["--hook", "xdp", "-i", "100ms", "vb"],
    // Else the kernel tells before that native mode will not work.
    { in: stage.name, through: underSeccomp("socket(16)=EAFNOSUPPORT") },
  );
  const { mode, modeReason } = await capture.attached();
  assertEquals(mode, "generic");
  assertStringIncludes(modeReason, "native mode is refused: No space left");
  assertStringIncludes(capture.stderr, modeReason);
  await send(stage, "va", [FRAMES[0]!.frame], 5);
  await capture.until(() =>
    capture.ticks.some(({ total }) => total.packets > 0)
  );
  const { code, record } = await capture.end("SIGINT");
  assertEquals([code, record.complete, record.total.packets], [0, true, 5]);
  assertEquals(stage.programs("vb"), []);
});

Deno.test("a bridge is watched", async () => {
  using stage = vethStage();
  stage.ip("link", "add", "name", "br0", "type", "bridge");
  stage.ip("link", "set", "dev", "vb", "master", "br0");
  stage.ip("link", "set", "dev", "br0", "up");
  // A bridge port forwards only after the kernel has noticed its carrier.
  while (
    !stage.ip("-d", "link", "show", "dev", "vb").includes("state forwarding")
  );
  await using capture = new Capture(["-i", "100ms", "br0"], { in: stage.name });
  await capture.attached();
  await send(
    stage,
    "va",
    [bytes(ethernet(ETHERTYPE.ipv4), ipv4("10.0.0.1"))],
    4,
  );
  await capture.until(() =>
    capture.ticks.some(({ total }) => total.packets > 0)
  );
  const { record: end } = await capture.end("SIGINT");
  assertEquals(
    end.sources.map((
      { ip, packets }: { ip: string; packets: number },
    ) => [ip, packets]),
    [["10.0.0.1", 4]],
  );
});

Deno.test("a tun device: packets without an Ethernet header are counted", async () => {
  using stage = new Namespace();
  stage.run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=0");
  stage.ip("tuntap", "add", "dev", "tun7", "mode", "tun");
  stage.ip("link", "set", "dev", "tun7", "up");
  await using capture = new Capture(["-i", "100ms", "tun7"], {
    in: stage.name,
  });
  await capture.attached();
  const packets = [ipv4("10.7.0.1"), ipv4("10.7.0.2", { ihl: 6 }), ipv6([9])];
  await sendThroughTun(stage, "tun7", packets);
  await capture.until(() =>
    capture.ticks.reduce((sum, { total }) => sum + total.packets, 0) >= 3
  );
  const { record: end } = await capture.end("SIGINT");
  assertBalanced(end);
  assertEquals(
    end.sources.map(({ ip }: { ip: string }) => ip),
    ["10.7.0.1", "10.7.0.2", "2001:db8::9"],
  );
  assertEquals(
    end.total.bytes,
    packets.reduce((sum, packet) => sum + packet.length, 0),
  );
});

Deno.test("interfaces may be named like a command or a number", async () => {
  using stage = new Namespace();
  stage.veth("check", "top");
  stage.veth("007", "watch");
  await using capture = new Capture(
    ["-c", "2", "-i", "100ms", "watch", "check", "top", "007", "watch"],
    { in: stage.name },
  );
  await capture.attached(4);
  const { code } = await capture.end();
  assertEquals(code, 0);
  const ends = capture.records.filter(({ type }) => type === "end");
  assertEquals(ends.map((end) => end.interface), [
    "check",
    "top",
    "007",
    "watch",
  ]);
});

Deno.test("jumbo frames: native mode attaches at MTU 9000 and counts whole frames", async () => {
  using stage = vethStage();
  stage.ip("link", "set", "dev", "va", "mtu", "9000");
  stage.ip("link", "set", "dev", "vb", "mtu", "9000");
  await using capture = new Capture(["-i", "100ms", "-m", "native", "vb"], {
    in: stage.name,
  });
  await capture.attached();
  const frame = bytes(
    ethernet(ETHERTYPE.ipv4),
    ipv4("10.0.0.1", { payload: 8900 }),
  );
  await send(stage, "va", [frame], 3);
  await capture.until(() =>
    capture.ticks.some(({ total }) => total.packets > 0)
  );
  const { record: end } = await capture.end("SIGINT");
  assertEquals(end.sources, [{
    ip: "10.0.0.1",
    packets: 3,
    bytes: 3 * frame.length,
  }]);
});
