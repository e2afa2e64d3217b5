/** The man page is well formed, and documents every option, field, metric, key and file. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { EXIT } from "../../src/basics/errors.ts";
import { FIELD_NAMES } from "../../src/basics/keys.ts";
import { parseArguments } from "../../src/cli/arguments.ts";
import { allCommands, commands } from "../../src/commands/all.ts";
import { FORMATS } from "../../src/formats/all.ts";
import { parsePattern } from "../../src/formats/capture_name.ts";
import { HOOKS } from "../../src/hooks/all.ts";
import { Folder } from "../lib/folder.ts";
import { bytes, ethernet, ETHERTYPE, ipv4 } from "../lib/frames.ts";
import { METRICS } from "../lib/metrics.ts";
import { sh, vethStage } from "../lib/stage.ts";
import { send } from "../lib/traffic.ts";
import { Capture, run } from "../lib/xdptally.ts";

/** Loaded here: what a test loads, it would have to unload. */
const COMMANDS = await allCommands();
const ROOT = new URL("../..", import.meta.url).pathname.replaceAll("%20", " ");
const PAGE = `${ROOT}dist/share/man/man1/xdptally.1`;
const SHOWN = sh("sh", "-c", 'mandoc -Tascii "$0" | col -bx', PAGE);

const FRAME = bytes(
  ethernet(ETHERTYPE.ipv4),
  ipv4("192.0.2.10", { payload: 100 }),
);

/** A section of the page as it is shown, or a subsection. */
function section(title: string): string {
  const [, indent = "", rest] = new RegExp(
    `^( {0,3})${title}\\n([^]*)`,
    "m",
  ).exec(SHOWN) ?? [];
  assert(rest !== undefined, `no section ${title}`);
  const end = rest.search(new RegExp(`^ {0,${indent.length}}\\S`, "m"));
  return rest.slice(0, end < 0 ? undefined : end);
}

/** Asserts that each of the terms heads an entry of a list in the section. */
function assertTerms(title: string, terms: Iterable<string>): void {
  const text = section(title);
  const heads = text.matchAll(/^ {5}(\S+(?: \S+)*)/gm)
    .flatMap(([, head]) => [head!, ...head!.split(", ")]);
  const found = new Set(heads);
  for (const term of terms) {
    assert(found.has(term), `${title} does not explain "${term}":\n${text}`);
  }
}

/** Asserts that each of the words is somewhere in the section. */
function assertWords(title: string, words: Iterable<string>): void {
  const found = new Set(section(title).match(/[\w-]+/g));
  for (const word of words) assert(found.has(word), `${title}: no "${word}"`);
}

/** The first column of the table below a heading of a page of docs/. */
function tableOf(page: string, heading: string): string[] {
  const text = Deno.readTextFileSync(`${ROOT}docs/${page}`);
  const [, part = ""] = text.split(`\n## ${heading}\n`);
  return part.split("\n## ")[0]!.split("\n")
    .filter((line) => line.startsWith("| ")).slice(2)
    .map((line) => line.split("|")[1]!.trim());
}

Deno.test("the man page: mandoc finds nothing, and no line but cron's is wider than the screen", () => {
  const { stdout } = new Deno.Command("mandoc", {
    args: ["-Tlint", "-Wall", PAGE],
  }).outputSync();
  // Messages about mandoc's own index depend on this machine.
  const ours = new TextDecoder().decode(stdout).split("\n")
    .filter((line) => line.includes(PAGE));
  assertEquals(ours, []);
  const wide = SHOWN.split("\n").filter((line) => line.length > 80);
  assertEquals(wide.map((line) => line.trim()), [
    "*/10 * * * * root /usr/local/bin/xdptally eth0 -q -d 60s -o /var/log/xdptally/",
  ]);
});

Deno.test("the man page: every option of every command", () => {
  for (const { name, options } of COMMANDS) {
    const text = section(`Options of ${name}`);
    for (const { name: long, short, value = "" } of Object.values(options)) {
      const flags = `${short === undefined ? "" : `-${short}, `}--${long}`;
      const head = `     ${`${flags} ${value}`.trim()}`;
      assert(
        text.split("\n").some((line) =>
          line === head || line.startsWith(`${head}  `)
        ),
        head,
      );
    }
  }
});

Deno.test("the man page: every exit code, key of --by, hook, format and field of file names", () => {
  assertTerms("EXIT STATUS", Object.values(EXIT).map(String));
  assertTerms("WHAT IS COUNTED", [
    ...FIELD_NAMES,
    ...HOOKS.map(({ name }) => name),
  ]);
  assertTerms("FILE NAMES", FORMATS.map(({ name }) => name));
  const ascii = Array.from(
    { length: 94 },
    (_, at) => String.fromCharCode(33 + at),
  );
  const fields = ascii.filter((letter) => isField(letter));
  assertEquals(fields.join(""), "%HMSYdhims");
  assertTerms("FILE NAMES", fields.map((letter) => `%${letter}`));
});

function isField(letter: string): boolean {
  try {
    parsePattern(`%${letter}`);
    return true;
  } catch {
    return false;
  }
}

Deno.test("the man page: every field of a record, and every column of CSV", async () => {
  using stage = vethStage();
  const types = new Set<string>();
  for (const option of ["--filter=!10.0.0.0/8", "--by=source,protocol"]) {
    await using capture = new Capture(["-i", "100ms", option, "vb"], {
      in: stage.name,
    });
    await capture.attached();
    await send(stage, "va", [FRAME]);
    await capture.until(() => capture.ticks.at(-1)?.total.packets === 0);
    await capture.end("SIGINT");
    for (const record of capture.records) {
      types.add(record.type);
      assertTerms("JSON LINES", Object.keys(record));
      assertWords("JSON LINES", namesIn(record));
    }
    assertEquals(capture.records.at(-1).sources.length, 1);
  }
  assertEquals([...types], ["start", "tick", "end"]);

  const csv = await run(
    ["--format", "csv", "-c", "1", "-i", "100ms", "vb"],
    { in: stage.name },
  );
  const [head, ...rows] = csv.stdout.trim().split("\r\n");
  const columns = head!.split(",");
  assertTerms("CSV", columns);
  // The header is wider than the screen: the page lists it in its order.
  const terms = Array.from(
    section("CSV").matchAll(/^ {5}(\w+(?:, \w+)*)(?: {2}|$)/gm),
    ([, term]) => term!,
  );
  assertEquals(terms, [...columns, "inner"]); // with --inner alone
  assertEquals(rows.length, 6);
  assertWords("CSV", ["source", ...rows.map((row) => row.split(",")[4]!)]);
});

/** The names of all fields in a value, at any depth. */
function namesIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  const names = Array.isArray(value) ? [] : Object.keys(value);
  return [...names, ...Object.values(value).flatMap(namesIn)];
}

Deno.test("the man page: every metric and its labels", () => {
  assertTerms("METRICS", METRICS.keys());
  assertWords("METRICS", METRICS.values().flatMap(({ labels }) => labels));
});

Deno.test("the man page: every column and key of top that docs/top.md has", () => {
  const columns = tableOf("top.md", "The columns")
    .flatMap((cell) => cell.match(/(?<=`)[A-Z/ ]+(?=`)/g) ?? []);
  assert(columns.length > 6, columns.join());
  assertTerms("Columns", [...columns, "PACKETS", "BYTES"]);
  const keys = tableOf("top.md", "The keys")
    .flatMap((cell) => cell.replaceAll("`", "").split(", "))
    .flatMap((key) =>
      key === "arrows" ? ["Up", "Down", "Left", "Right"] : [key]
    );
  assert(keys.length > 20, keys.join());
  const shown = section("Keys").replaceAll(/\s+/g, " ");
  const heads = section("Keys").matchAll(/^ {5}(\S+(?: \S+)*)/gm)
    .flatMap(([, head]) => head!.split(", "));
  const found = new Set(heads);
  for (const key of keys) {
    // A key of several letters may also be named in the text of another one.
    assert(found.has(key) || key.length > 1 && shown.includes(key), key);
  }
});

Deno.test("the man page: every word of an export of top that docs/top.md has", () => {
  const [, part = ""] = Deno.readTextFileSync(`${ROOT}docs/top.md`)
    .split("\n## The export\n");
  const words = part.split("\n## ")[0]!.match(/(?<=`)[a-zA-Z]{2,}(?=`)/g) ?? [];
  assert(words.length > 5, words.join());
  assertWords("Export", words);
});

Deno.test("the man page: the JSON of check and of a report", async () => {
  const fields = (text: string) =>
    text.trim().split("\n").flatMap((line) => namesIn(JSON.parse(line)));
  const check = await run(["check", "--json", "lo", "no-such-interface"]);
  assertWords("CHECKS", fields(check.stdout));
  using folder = new Folder();
  const file = `${folder.path}/x.jsonl`;
  await run(["-q", "-c", "1", "-i", "100ms", "-o", file, "lo"]);
  const report = await run(["report", "--format", "jsonl", file]);
  const known = new Set(section("JSON LINES").match(/\w+/g));
  const own = fields(report.stdout).filter((name) => !known.has(name));
  assert(own.length > 3, report.stdout);
  assertWords("CAPTURE REPORTS", own);
});

Deno.test("the man page: every file of contrib/, and no other", () => {
  const paths = (folder: string): string[] =>
    [...Deno.readDirSync(`${ROOT}${folder}`)].flatMap((
      { name, isDirectory },
    ) => isDirectory ? paths(`${folder}/${name}`) : [`${folder}/${name}`]);
  assertTerms("FILES", paths("contrib"));
  for (const [path] of SHOWN.matchAll(/\bcontrib\/\S+\w/g)) {
    assert(Deno.statSync(`${ROOT}${path}`).isFile, path);
  }
});

Deno.test("the man page: the command lines of its examples can be read", async () => {
  const manuals = await Promise.all(
    COMMANDS.map(({ manual }) => manual?.() ?? { examples: [] }),
  );
  const lines = [...COMMANDS, ...manuals].flatMap(({ examples }) => examples)
    .map(({ line }) => line.replaceAll(/\\\n\s*/g, "").replaceAll("\\%", "%"));
  const found = lines.flatMap((line) => [
    ...line.matchAll(/(?<=^|[ \t/])xdptally ([^|>&\n]*)/gm),
  ]);
  assert(found.length >= 20, `${found.length}`);
  for (const [, text] of found) {
    const [first, ...rest] = text!.trim().split(" ");
    const isNamed = commands.has(first);
    const command = await commands.named(isNamed ? first : "watch");
    const args = isNamed ? rest : [first!, ...rest];
    const { operands } = parseArguments(args, command.options);
    assert(operands.length > 0, text);
  }
  for (const line of lines) {
    for (const part of line.split("\n")) {
      assertStringIncludes(
        SHOWN.replaceAll("\\%", "%"),
        part.trim().slice(0, 20),
      );
    }
  }
});

Deno.test("the man page: the same time makes the same page, in any zone and language", () => {
  const page = (time: number, env: Record<string, string>) => {
    using folder = new Folder();
    const { code, stderr } = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "--no-check", "--allow-all", ...Deno.args],
        `${ROOT}toolchain/generate.ts`,
        folder.path,
        String(time),
      ],
      env,
    }).outputSync();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    return Deno.readTextFileSync(`${folder.path}/man/man1/xdptally.1`);
  };
  const one = page(1_772_323_199, { TZ: "UTC", LC_ALL: "C" });
  const other = page(1_772_323_199, {
    TZ: "Asia/Tokyo",
    LC_ALL: "de_DE.UTF-8",
  });
  assertEquals(one, other);
  assertStringIncludes(one, "\n.Dd February 28, 2026\n");
  const undated = (text: string) => text.replace(/^\.Dd .*$/m, "");
  assertEquals(undated(one), undated(Deno.readTextFileSync(PAGE)));
});
