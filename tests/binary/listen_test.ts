/** `--listen`, asked by curl and checked by promtool. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Folder } from "../lib/folder.ts";
import { ethernetFrame } from "../lib/frames.ts";
import { type Namespace, sh, vethStage } from "../lib/stage.ts";
import { send } from "../lib/traffic.ts";
import { become, BINARY, Capture, readUntil, run } from "../lib/xdptally.ts";

function stageWithLoopback(): Namespace {
  const stage = vethStage();
  stage.ip("link", "set", "dev", "lo", "up");
  stage.run("sysctl", "-qw", "net.ipv6.conf.lo.disable_ipv6=0");
  return stage;
}

/** Starts a run with `--listen`; it serves when this returns. */
async function serve(stage: Namespace, ...args: string[]): Promise<Capture> {
  const capture = new Capture(["-i", "100ms", ...args, "vb"], {
    in: stage.name,
  });
  await capture.until(() => capture.stderr.includes("Ctrl-C"));
  return capture;
}

function curl(stage: Namespace, ...args: string[]): string {
  return stage.run("curl", "-sS", "--max-time", "20", ...args);
}

Deno.test("--listen: /metrics in both formats is exact, and promtool finds nothing", async () => {
  using stage = stageWithLoopback();
  await using capture = await serve(stage, "--listen", "9435", "--labels", "1");
  await send(stage, "va", [
    ethernetFrame("10.0.0.1"),
    ethernetFrame("10.0.0.1"),
    ethernetFrame("10.0.0.2"),
  ]);
  const url = "http://127.0.0.1:9435/metrics";
  const sample =
    'xdptally_source_packets_total{interface="vb",direction="in",source=';
  await become(() => curl(stage, url).includes(`${sample}"10.0.0.1"} 2\n`));
  assertStringIncludes(curl(stage, url), `${sample}"other"} 1\n`);
  assertEquals(
    stage.run("sh", "-c", `curl -sS ${url} | promtool check metrics 2>&1`),
    "",
  );
  const open = curl(
    stage,
    ...["-i", "-H", "accept: application/openmetrics-text", url],
  );
  assertStringIncludes(open, "content-type: application/openmetrics-text");
  assertStringIncludes(open, "# TYPE xdptally_source_packets counter\n");
  assert(open.endsWith("# EOF\n"));
  assertEquals(curl(stage, "http://127.0.0.1:9435/healthz"), "ok\n");
  const { record, code } = await capture.end("SIGINT");
  assertEquals([code, record.total.packets], [0, 3]);
});

Deno.test("--listen: other paths, other methods and bytes that are not HTTP", async () => {
  using stage = stageWithLoopback();
  await using _ = await serve(stage, "--listen", "[::1]:9435");
  const status = (...args: string[]) =>
    curl(stage, "-o", "/dev/null", "-w", "%{http_code}", ...args);
  const url = "http://[::1]:9435";
  assertEquals(status(`${url}/`), "404");
  assertEquals(status("-X", "POST", "-d", "x", `${url}/metrics`), "405");
  assertEquals(status("-I", `${url}/metrics`), "200");
  assertEquals(status("-H", `x: ${"a".repeat(9000)}`, `${url}/metrics`), "431");
  const raw = (text: string) =>
    stage.run(
      "bash",
      "-c",
      `exec 3<>/dev/tcp/::1/9435; printf '${text}' >&3; cat <&3`,
    );
  assertStringIncludes(raw("nonsense\\r\\n\\r\\n"), "HTTP/1.1 400 Bad Request");
});

Deno.test("--listen: a client that never finishes its request is cut off and blocks no other", async () => {
  using stage = stageWithLoopback();
  await using _ = await serve(stage, "--listen", "9435");
  // More connections than are served at once.
  const slow = new Deno.Command("ip", {
    args: [
      ...["netns", "exec", stage.name, "bash", "-c"],
      `for fd in {10..60}; do eval "exec $fd<>/dev/tcp/127.0.0.1/9435"; printf GET >&$fd; done
       echo there; cat <&10; echo over`,
    ],
    stdout: "piped",
  }).spawn();
  const reader = slow.stdout.pipeThrough(new TextDecoderStream()).getReader();
  await readUntil(reader, "there");
  // They end by themselves: `cat` comes to its end, and others get their answer.
  await become(() => {
    try {
      return curl(stage, "http://127.0.0.1:9435/healthz") === "ok\n";
    } catch {
      return false;
    }
  });
  await readUntil(reader, "over");
  assertEquals((await reader.read()).done, true);
  await slow.status;
});

Deno.test("--listen-token and TLS", async () => {
  using stage = stageWithLoopback();
  using folder = new Folder();
  const file = (name: string) => `${folder.path}/${name}`;
  sh(
    ...["openssl", "req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"],
    ...["-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=localhost"],
    ...["-addext", "subjectAltName=IP:127.0.0.1"],
    ...["-keyout", file("key"), "-out", file("cert")],
  );
  Deno.writeTextFileSync(file("token"), "a secret\n", { mode: 0o600 });
  await using _ = await serve(
    stage,
    ...["--listen", "9435", "--listen-token", file("token")],
    ...["--listen-cert", file("cert"), "--listen-key", file("key")],
  );
  const status = (...args: string[]) =>
    curl(
      stage,
      ...["-o", "/dev/null", "-w", "%{http_code}", "--cacert", file("cert")],
      ...args,
      "https://127.0.0.1:9435/metrics",
    );
  assertEquals(status(), "401");
  assertEquals(status("-H", "authorization: Bearer a secreT"), "401");
  assertEquals(status("-H", "authorization: Bearer a secret"), "200");
});

Deno.test("--listen: an address, certificate or token that cannot be used is refused, and nothing stays attached", async () => {
  using stage = stageWithLoopback();
  await using _ = await serve(stage, "--listen", "9435");
  const { code, stderr } = await run(
    ["-c", "1", "--listen", "127.0.0.1:9435", "va"],
    { in: stage.name },
  );
  assertEquals(code, 7);
  assertEquals(
    stderr,
    "xdptally: Cannot listen on 127.0.0.1:9435: Address already in use; name another address or port\n",
  );
  assertEquals(stage.programs("va"), []);
  const usage = await run(["--listen-token", "x", "va"], { in: stage.name });
  assertEquals(usage.code, 2);
  assertStringIncludes(
    usage.stderr,
    "it has no effect alone; give --listen PORT",
  );
});

Deno.test("--listen-token: a FIFO without a writer does not keep a signal from ending the run", async () => {
  using folder = new Folder();
  const fifo = `${folder.path}/token`;
  sh("mkfifo", fifo);
  const child = new Deno.Command(BINARY, {
    args: ["--listen", "9435", "--listen-token", fifo, "lo"],
    stdin: "null",
  }).spawn();
  try {
    const wchan = `/proc/${child.pid}/wchan`;
    await become(() => Deno.readTextFileSync(wchan) === "wait_for_partner");
    child.kill("SIGTERM");
    assertEquals((await child.status).signal, "SIGTERM");
  } finally {
    sh("sh", "-c", `kill -9 ${child.pid} 2>/dev/null || true`);
  }
});
