/** Nobody can occupy the server of `--listen`: it answers whatever others hold open. */
import { assertEquals } from "@std/assert";
import { certify } from "../lib/certificate.ts";
import { Folder } from "../lib/folder.ts";
import { Held } from "../lib/held.ts";
import { serve, stageWithLoopback, status } from "../lib/serving.ts";
import { sh } from "../lib/stage.ts";
import { become } from "../lib/xdptally.ts";

/** More connections than the server has, of one peer and of all. */
const MANY = 600;
/** The address of the attacker. What connects to it comes from it. */
const HOSTILE = "10.9.0.1";

for (const isTls of [false, true]) {
  const over = isTls ? "TLS" : "plain TCP";
  for (const kind of ["idle", "slow", "hello"] as const) {
    Deno.test(`${over}: ${MANY} ${kind} connections of one address keep neither another nor the same address out`, async () => {
      using stage = stageWithLoopback();
      stage.ip("address", "add", `${HOSTILE}/32`, "dev", "lo");
      using folder = new Folder();
      const [cert, key] = [`${folder.path}/cert`, `${folder.path}/key`];
      certify(cert, key);
      await using _ = await serve(stage, [
        ...["--listen", "0.0.0.0:9435"],
        ...(isTls ? ["--listen-cert", cert, "--listen-key", key] : []),
      ]);
      await using _held = await Held.open(
        ...[stage, kind, MANY, [HOSTILE, 9435]] as const,
        ...(isTls ? [cert] as const : []),
      );
      for (const host of ["127.0.0.1", HOSTILE, "127.0.0.1", HOSTILE]) {
        const url = `http${isTls ? "s" : ""}://${host}:9435/metrics`;
        assertEquals(status(stage, "--cacert", cert, url), "200", url);
      }
    });
  }

  Deno.test(`${over}: a client that connects again and again keeps no other address out`, async () => {
    using stage = stageWithLoopback();
    stage.ip("address", "add", `${HOSTILE}/32`, "dev", "lo");
    using folder = new Folder();
    const [cert, key] = [`${folder.path}/cert`, `${folder.path}/key`];
    certify(cert, key);
    await using _ = await serve(stage, [
      ...["--listen", "0.0.0.0:9435"],
      ...(isTls ? ["--listen-cert", cert, "--listen-key", key] : []),
    ]);
    await using _held = await Held.open(stage, "again", MANY, [HOSTILE, 9435]);
    for (let scrape = 0; scrape < 5; scrape++) {
      const url = `http${isTls ? "s" : ""}://127.0.0.1:9435/metrics`;
      assertEquals(status(stage, "--cacert", cert, url), "200", url);
    }
  });
}

Deno.test("where few files may be open, held connections give theirs up", async () => {
  using stage = stageWithLoopback();
  stage.ip("address", "add", `${HOSTILE}/32`, "dev", "lo");
  await using _ = await serve(stage, ["--listen", "0.0.0.0:9435"], {
    through: ["prlimit", "--nofile=64:64"],
  });
  // Fewer than one client may have, and more than there are files for.
  for (let held = 0; held < 2; held++) {
    await using _held = await Held.open(stage, "idle", 31, [HOSTILE, 9435]);
    await using _more = await Held.open(stage, "idle", 31, ["127.0.0.1", 9435]);
    for (const host of ["127.0.0.1", HOSTILE]) {
      assertEquals(status(stage, `http://${host}:9435/metrics`), "200", host);
    }
  }
});

Deno.test("an IPv6 /64 is one peer: its many addresses keep no other network out", async () => {
  using stage = stageWithLoopback();
  const addresses = Array.from({ length: 8 }, (_, at) => `2001:db8::${at + 1}`);
  for (const address of addresses) {
    stage.ip("address", "add", `${address}/128`, "dev", "lo");
  }
  await using _ = await serve(stage, ["--listen", "[::]:9435"]);
  await using stack = new AsyncDisposableStack();
  for (const address of addresses) {
    stack.use(await Held.open(stage, "again", MANY / 8, [address, 9435]));
  }
  for (const host of ["[::1]", "127.0.0.1"]) {
    assertEquals(status(stage, `http://${host}:9435/metrics`), "200", host);
  }
});

Deno.test("TLS connections that are broken off leave no descriptor behind, and no port is open inside", async () => {
  using stage = stageWithLoopback();
  using folder = new Folder();
  const [cert, key] = [`${folder.path}/cert`, `${folder.path}/key`];
  certify(cert, key);
  await using capture = await serve(stage, [
    ...["--listen", "127.0.0.1:9435"],
    ...["--listen-cert", cert, "--listen-key", key],
  ]);
  const pid = sh("ip", "netns", "pids", stage.name).trim();
  const open = () => [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
  const url = "https://127.0.0.1:9435/metrics";
  assertEquals(status(stage, "--cacert", cert, url), "200");
  const before = open();
  // A byte of a handshake, then the end; the server must not wait for more.
  const broken = `use IO::Socket::INET;
    for (1 .. 300) {
      my $s = IO::Socket::INET->new("127.0.0.1:9435") or die;
      print $s "\\x16"; $s->flush; close $s;
    }`;
  stage.run("perl", "-e", broken);
  await become(() => open() <= before);
  assertEquals(status(stage, "--cacert", cert, url), "200");
  await become(() => stage.run("ss", "-Hltn").trim().split("\n").length === 1);
  assertEquals((await capture.end("SIGTERM")).code, 0);
});
