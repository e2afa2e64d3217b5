/** Interfaces whose names command a terminal: every output shows them as text. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Folder } from "../lib/folder.ts";
import { ethernetFrame } from "../lib/frames.ts";
import { curl, stageWithLoopback } from "../lib/serving.ts";
import type { Namespace } from "../lib/stage.ts";
import { Tmux } from "../lib/tmux.ts";
import { send } from "../lib/traffic.ts";
import { become, BINARY, Capture, run } from "../lib/xdptally.ts";

/** Names that the kernel allows, and how they are shown. */
const NAMES = [
  ["v\x1b[31mx", "v\\x1b[31mx"],
  ["\x7f\x01\x02", "\\x7f\\x01\\x02"],
  ["c1\u009bb", "c1\\x9bb"],
  ["bidi\u202e\u2066", "bidi\\u202e\\u2066"],
  [".hidden", ".hidden"],
] as const;

/** Asserts that a terminal would only print this. */
function assertPlain(text: string): void {
  // deno-lint-ignore no-control-regex
  assert(!/(?!\n|\t)[\x00-\x1f\x7f-\x9f\u202e\u2066]/.test(text), text);
}

/** A stage with a veth pair for each name. */
function stageWithNames(): Namespace {
  const stage = stageWithLoopback();
  for (const [at, [name]] of NAMES.entries()) stage.veth(`peer${at}`, name);
  return stage;
}

Deno.test("names of interfaces that command a terminal are shown as text: -D, check, errors", async () => {
  using stage = stageWithNames();
  const list = await run(["-D"], { in: stage.name });
  assertPlain(list.stdout);
  for (const [name, shown] of NAMES) {
    assertStringIncludes(list.stdout, `  ${shown} `);
    const check = await run(["check", name], { in: stage.name });
    assertEquals(check.code, 0, check.stdout);
    assertPlain(check.stdout);
    assertStringIncludes(check.stdout, `\n${shown}\n`);
    const json = await run(["check", "-j", name], { in: stage.name });
    assert(
      JSON.parse(json.stdout).rows.some(({ on }: { on: string }) =>
        on === name
      ),
    );
    const missing = await run([`${name}\n`], { in: stage.name });
    assertEquals(missing.code, 4);
    assertPlain(missing.stderr);
    assertEquals(missing.stderr.split("\n").length, 2);
    assertStringIncludes(missing.stderr, `"${shown}\\x0a"`);
    const twice = await run([name, name], { in: stage.name });
    assertPlain(twice.stderr);
  }
});

Deno.test("names of interfaces that command a terminal are shown as text: records, notices, metrics, files", async () => {
  using stage = stageWithNames();
  using folder = new Folder();
  Deno.chmodSync(folder.path, 0o777);
  for (const [at, [name, shown]] of NAMES.entries()) {
    const file = `${folder.path}/%h-%i.jsonl`;
    const options = ["-d", "300ms", "-i", "100ms", "-v", name];
    const text = await run(options, { in: stage.name });
    assertEquals(text.code, 0, text.stderr);
    assertPlain(text.stdout + text.stderr);
    assertStringIncludes(text.stdout, `${shown} 2`);
    assertStringIncludes(text.stderr, `"${shown}"`);
    assertEquals(
      (await run(["-o", file, ...options], { in: stage.name })).code,
      0,
    );
    const inFile = shown.replace(/^\./, "_");
    const path = `${folder.path}/${Deno.hostname()}-${inFile}.jsonl`;
    const [line = ""] = Deno.readTextFileSync(path).split("\n");
    assertEquals(JSON.parse(line).interface, name);
    // The label is the name itself: the format has only three characters to escape.
    await using capture = new Capture(["--listen", "9435", name], {
      in: stage.name,
    });
    await capture.until(() => capture.stderr.includes("Ctrl-C"));
    await send(stage, `peer${at}`, [ethernetFrame("10.0.0.1")]);
    const page = () => curl(stage, "http://127.0.0.1:9435/metrics");
    await become(() =>
      page().includes(`xdptally_packets_total{interface="${name}"`)
    );
    const said = stage.run(
      "sh",
      "-c",
      "curl -sS http://127.0.0.1:9435/metrics | promtool check metrics 2>&1",
    );
    assertEquals(said, "");
  }
});

Deno.test("names of interfaces that command a terminal are shown as text: top", async () => {
  using stage = stageWithNames();
  for (const [name, shown] of NAMES) {
    using terminal = new Tmux({ width: 80, height: 24 });
    // The shell would obey the characters themselves.
    const bytes = new TextEncoder().encode(name);
    const quoted = `$'\\x${bytes.toHex().match(/../g)!.join("\\x")}'`;
    terminal.enter(`ip netns exec ${stage.name} '${BINARY}' top ${quoted}`);
    const screen = await terminal.until(/^books balance/m);
    assertStringIncludes(screen[0]!, ` xdptally ${shown}  `);
  }
});
