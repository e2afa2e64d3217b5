/** `--listen`, asked by curl and checked by promtool. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ethernetFrame } from "../lib/frames.ts";
import { curl, raw, serve, stageWithLoopback, status } from "../lib/serving.ts";
import { type Namespace, sh } from "../lib/stage.ts";
import { send } from "../lib/traffic.ts";
import { become, readUntil, run } from "../lib/xdptally.ts";

Deno.test("--listen: /metrics in both formats is exact, and promtool finds nothing", async () => {
  using stage = stageWithLoopback();
  await using capture = await serve(stage, [
    ...["--listen", "9435", "--labels", "1"],
  ]);
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
  await using _ = await serve(stage, ["--listen", "[::1]:9435"]);
  const status = (...args: string[]) =>
    curl(stage, "-o", "/dev/null", "-w", "%{http_code}", ...args);
  const url = "http://[::1]:9435";
  assertEquals(status(`${url}/`), "404");
  assertEquals(status("-X", "POST", "-d", "x", `${url}/metrics`), "405");
  assertEquals(status("-I", `${url}/metrics`), "200");
  assertEquals(status("-H", `x: ${"a".repeat(9000)}`, `${url}/metrics`), "431");
});

Deno.test("--listen: HTTP/1.0, a URL as the target, and what is not HTTP/1.1", async () => {
  using stage = stageWithLoopback();
  await using _ = await serve(stage, ["--listen", "9435"]);
  const end = "\\r\\n\\r\\n";
  for (
    const [request, status] of [
      ["GET /healthz HTTP/1.0", "200 OK"],
      ["GET http://127.0.0.1:9435/healthz HTTP/1.1\\r\\nHost: x", "200 OK"],
      ["GET http://x/healthz HTTP/1.1\\r\\nHost: 127.0.0.1", "403 Forbidden"],
      ["GET /healthz HTTP/1.1", "400 Bad Request"],
      ["nonsense", "400 Bad Request"],
    ] as const
  ) {
    const answer = raw(stage, 9435, request + end);
    assertStringIncludes(answer, `HTTP/1.1 ${status}\r\n`, request);
  }
});

Deno.test("--listen on loopback answers to no foreign name, so that a browser's page cannot read it", async () => {
  using stage = stageWithLoopback();
  const status = (address: string, host: string) =>
    curl(
      stage,
      ...["-o", "/dev/null", "-w", "%{http_code}", "-H", `Host: ${host}`],
      `http://${address}:9435/metrics`,
    );
  const local = ["localhost:9435", "LOCALHOST", "127.0.0.1:1", "[::1]:9435"];
  const foreign = ["evil.example:9435", "localhost.evil.example", "10.9.0.1"];
  for (const address of ["127.0.0.1", "[::1]"]) {
    await using _ = await serve(stage, ["--listen", `${address}:9435`]);
    for (const host of local) assertEquals(status(address, host), "200", host);
    for (const host of foreign) {
      assertEquals(status(address, host), "403", host);
    }
  }
  await using _ = await serve(stage, ["--listen", "0.0.0.0:9435"]);
  for (const host of [...local, ...foreign]) {
    assertEquals(status("127.0.0.1", host), "200", host);
  }
});

Deno.test("--listen: a client that never finishes its request is cut off and blocks no other", async () => {
  using stage = stageWithLoopback();
  await using _ = await serve(stage, ["--listen", "9435"]);
  // Fewer than one client may have: only the deadline ends them.
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

Deno.test("--listen: an address that cannot be bound is refused, and nothing stays attached", async () => {
  using stage = stageWithLoopback();
  await using _ = await serve(stage, ["--listen", "9435"]);
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

/** Root's three capabilities, without the one for ports below 1024. */
const UNPRIVILEGED = [
  ...["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"],
  "--inh-caps=+net_admin,+bpf,+perfmon",
  "--ambient-caps=+net_admin,+bpf,+perfmon",
];

Deno.test("--listen: a busy or privileged port ends the run before it waits for anything, and check says so", async () => {
  using stage = stageWithLoopback();
  await using _ = await serve(stage, ["--listen", "9435"]);
  const waits = [
    ["--splay", "1d", "va"],
    ["--wait", "1d", "--hook", "xdp", "vb"],
    ["--wait-interface", "absent"],
    ["--wait-interface", "va"],
  ];
  for (const [port, through] of [["9435", []], ["81", UNPRIVILEGED]] as const) {
    const options = { in: stage.name, through };
    for (const args of waits) {
      const { code, stderr } = await run(["--listen", port, ...args], options);
      assertEquals(code, 7, `${args.join(" ")}: ${stderr}`);
      assertStringIncludes(stderr, `Cannot listen on 127.0.0.1:${port}: `);
    }
    assertEquals(stage.programs("va"), []);
    const check = await run(["check", "--listen", port, "va"], options);
    assertEquals(check.code, 7, check.stdout);
    assertStringIncludes(check.stdout, `Cannot listen on 127.0.0.1:${port}: `);
  }
});

/** What a namespace's programs read as /etc/hosts, until disposal. */
class Hosts implements Disposable {
  readonly #folder: string;

  constructor({ name }: Namespace, text: string) {
    this.#folder = `/etc/netns/${name}`;
    Deno.mkdirSync(this.#folder, { recursive: true });
    Deno.writeTextFileSync(`${this.#folder}/hosts`, text);
  }

  [Symbol.dispose](): void {
    sh("rm", "-r", this.#folder);
    sh("rmdir", "--ignore-fail-on-non-empty", "/etc/netns");
  }
}

Deno.test("--listen: of a name with several addresses one is served, and a notice says which", async () => {
  using stage = stageWithLoopback();
  stage.ip("address", "add", "10.9.0.1/32", "dev", "lo");
  using _hosts = new Hosts(
    stage,
    "127.0.0.1 local-first\n10.9.0.1 local-first\n10.9.0.1 local-last\n127.0.0.1 local-last\n",
  );
  const addresses = ["127.0.0.1", "10.9.0.1"];
  for (const name of ["local-first", "local-last"]) {
    await using capture = await serve(stage, ["--listen", `${name}:9435`]);
    const [, bound] = new RegExp(
      `Serving metrics on (\\S+), an address of "${name}"\n`,
    )
      .exec(capture.stderr)!;
    for (const address of addresses) {
      const answer = (host: string) =>
        status(
          stage,
          ...["-H", `Host: ${host}`, `http://${address}:9435/metrics`],
        );
      const isServed = address === bound;
      assertEquals(answer(name), isServed ? "200" : "000", address);
      // On loopback only the operator's own name is served besides loopback's.
      const foreign = bound === "127.0.0.1" ? "403" : "200";
      assertEquals(answer("a.example"), isServed ? foreign : "000", address);
    }
    const busy = await run(
      ["--splay", "1d", "--listen", `${name}:9435`, "va"],
      {
        in: stage.name,
      },
    );
    assertEquals(busy.code, 7, busy.stderr);
  }
});
