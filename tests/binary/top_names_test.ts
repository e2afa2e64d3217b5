/** Names on the screen of `top`: from files, and from a DNS server in the namespace. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Folder } from "../lib/folder.ts";
import { ethernetFrame } from "../lib/frames.ts";
import { mmdb } from "../lib/mmdb.ts";
import { type Namespace, sh, vethStage } from "../lib/stage.ts";
import { Tmux } from "../lib/tmux.ts";
import { send } from "../lib/traffic.ts";
import { BINARY, readUntil } from "../lib/xdptally.ts";

const SIZE = { width: 120, height: 40 };
const READY = /^books balance/m;

/** `top` in a namespace, with a resolv.conf of its own. */
function top(stage: Namespace, resolvConf: string, ...args: string[]): string {
  return `ip netns exec ${stage.name} unshare --mount sh -c "` +
    `mount --bind '${resolvConf}' /etc/resolv.conf && ` +
    `exec '${BINARY}' top ${args.join(" ")}"`;
}

/** The DNS server of the tests, in a namespace; its questions are read all the time. */
class DnsServer implements AsyncDisposable {
  readonly questions: string[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<void>;

  private constructor(child: Deno.ChildProcess, reading: Promise<void>) {
    this.#child = child;
    this.#reading = reading;
  }

  static async start(stage: Namespace): Promise<DnsServer> {
    const script = new URL("../lib/dns_server.ts", import.meta.url).pathname;
    const child = new Deno.Command("ip", {
      args: [
        ...["netns", "exec", stage.name, Deno.execPath(), "run", "--quiet"],
        ...["--no-check", "--allow-all", script.replaceAll("%20", " ")],
      ],
      env: { DENO_NO_UPDATE_CHECK: "1" },
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    await readUntil(reader, "ready\n");
    const server: DnsServer = new DnsServer(child, read());
    return server;

    async function read(): Promise<void> {
      for (let part; !(part = await reader.read()).done;) {
        server.questions.push(...part.value.split("\n").filter(Boolean));
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
    await this.#reading;
  }
}

/** A namespace with loopback, and a folder with its resolv.conf. */
function prepared(): { stage: Namespace; folder: Folder; conf: string } {
  const stage = vethStage();
  stage.ip("link", "set", "lo", "up");
  const folder = new Folder();
  const conf = `${folder.path}/resolv.conf`;
  Deno.writeTextFileSync(conf, "nameserver 127.0.0.1\n");
  return { stage, folder, conf };
}

/** The status of each thread of the run in a namespace. */
function threadsOf(stage: Namespace): string[] {
  const pid = sh("ip", "netns", "pids", stage.name).trim().split("\n")
    .find((pid) => sh("readlink", `/proc/${pid}/exe`).trim() === BINARY);
  assert(pid !== undefined, "no run");
  return [...Deno.readDirSync(`/proc/${pid}/task`)].map(({ name }) =>
    Deno.readTextFileSync(`/proc/${pid}/task/${name}/status`)
  );
}

/** The row of an address. */
function rowOf(screen: readonly string[], ip: string): string {
  return screen.find((line) => line.startsWith(`${ip} `)) ?? "";
}

Deno.test("top: n asks DNS, as nobody, and whatever it answers, the screen stays whole", async () => {
  const { stage, folder, conf } = prepared();
  using _stage = stage;
  using _folder = folder;
  await using server = await DnsServer.start(stage);
  using terminal = new Tmux(SIZE);
  terminal.enter(top(stage, conf, "vb"));
  await terminal.until(READY);
  const ips = Array.from({ length: 9 }, (_, at) => `10.0.0.${at + 1}`);
  await send(stage, "va", ips.map((ip) => ethernetFrame(ip)));
  terminal.press("d"); // the run: rows do not go away
  await terminal.until(/of 9$/m);
  assertEquals(server.questions, [], "nothing is asked unasked");

  terminal.press("n");
  const screen = await terminal.until((screen) =>
    rowOf(screen, "10.0.0.1").includes("web1.example") &&
    rowOf(screen, "10.0.0.2").includes("evil") &&
    rowOf(screen, "10.0.0.9").includes("host9") &&
    ["3", "4", "5", "7", "8"].every((last) =>
      server.questions.includes(`${last}.0.0.10.in-addr.arpa`)
    )
  );
  assertMatch(screen[0]!, /^ xdptally vb /);
  assertMatch(screen.join("\n"), /^ADDRESS +NAME +PACKETS /m);
  assertMatch(
    rowOf(screen, "10.0.0.2"),
    /^10\.0\.0\.2 +[ -~…]*evil[ -~…]* +1 /,
  );
  for (const last of [3, 4, 5, 7, 8]) {
    assertMatch(
      rowOf(screen, `10.0.0.${last}`),
      new RegExp(`^10.0.0.${last} +1 `),
    );
  }
  assertEquals(screen.filter((line) => /^10\.0\.0\./.test(line)).length, 9);
  const own = server.questions.filter((name) => name.endsWith("in-addr.arpa"));
  assertEquals(own.length, server.questions.length, "no search list applies");

  for (const status of threadsOf(stage)) {
    assertMatch(status, /^Uid:(\t65534){4}$/m);
    assertMatch(status, /^CapEff:\t0+$/m);
  }

  // Nobody is asked again for what is known.
  const asked = () => server.questions.filter((name) => name.startsWith("1."));
  assertEquals(asked().length, 1);
  terminal.press("n");
  await terminal.until((screen) => !screen.join("\n").includes("web1"));
  terminal.press("n");
  await terminal.until(/web1\.example/);
  assertEquals(asked().length, 1);
  terminal.press("q");
  await terminal.until(/^\t?.*end \(signal\)/m);
});

Deno.test("top: without a DNS server the counting goes on, and q ends at once", async () => {
  const { stage, folder, conf } = prepared();
  using _stage = stage;
  using _folder = folder;
  using terminal = new Tmux(SIZE);
  terminal.enter(top(stage, conf, "-i", "200ms", "vb"));
  await terminal.until(READY);
  await send(stage, "va", [ethernetFrame("10.0.0.1")]);
  terminal.press("d");
  await terminal.until(/of 1$/m);
  terminal.press("n");
  await terminal.until(/NAME/);
  await send(stage, "va", [
    ethernetFrame("10.0.0.2"),
    ethernetFrame("10.0.0.2"),
  ]);
  const screen = await terminal.until(/of 2$/m);
  assertMatch(rowOf(screen, "10.0.0.2"), /^10\.0\.0\.2 +2 /);
  assert(!screen.join("\n").includes("deadlines missed"), screen.join("\n"));
  terminal.press("q");
  await terminal.until(/end \(signal\)/);
});

Deno.test("top: that there is no server to ask is said", async () => {
  const { stage, folder, conf } = prepared();
  using _stage = stage;
  using _folder = folder;
  Deno.writeTextFileSync(conf, "");
  using terminal = new Tmux(SIZE);
  terminal.enter(top(stage, conf, "vb"));
  await terminal.until(READY);
  await send(stage, "va", [ethernetFrame("10.0.0.1")]);
  await terminal.until(/of 1$/m);
  terminal.press("n");
  await terminal.until(/Cannot ask DNS for names: .*no nameservers/);
  terminal.press("q");
  await terminal.until(/end \(signal\)/);
});

Deno.test("top: names of files, also of one that only root may read", async () => {
  const { stage, folder, conf } = prepared();
  using _stage = stage;
  using _folder = folder;
  const names = `${folder.path}/names`;
  Deno.writeTextFileSync(names, "10.0.0.1 gateway\n", { mode: 0o600 });
  const database = `${folder.path}/as.mmdb`;
  const record = { asn: 64500, as_name: "Example", country_code: "DE" };
  Deno.writeFileSync(
    database,
    mmdb([{ address: Uint8Array.of(10, 0, 0, 0), length: 8, record }], {
      ...{ recordSize: 28, ipVersion: 6 },
    }),
  );
  using terminal = new Tmux(SIZE);
  terminal.enter(
    top(stage, conf, "--names", `'${names}'`, "--mmdb", `'${database}'`, "vb"),
  );
  await terminal.until(READY);
  await send(stage, "va", [
    ethernetFrame("10.0.0.1"),
    ethernetFrame("11.0.0.1"),
  ]);
  const screen = await terminal.until(/of 2$/m);
  assertMatch(
    rowOf(screen, "10.0.0.1"),
    /^10\.0\.0\.1 +gateway, AS64500 Example, DE +1 /,
  );
  assertMatch(rowOf(screen, "11.0.0.1"), /^11\.0\.0\.1 +1 /);
  terminal.press("q");
  await terminal.until(/10\.0\.0\.1 => 1 .*gateway, AS64500 Example, DE/);
});
