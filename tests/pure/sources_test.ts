/** Holds the rules of the sources that reading them shows: layers, length, lists. */
import { assert, assertEquals } from "@std/assert";
import { optionsPage } from "../../src/cli/options_page.ts";
import { allCommands } from "../../src/commands/all.ts";
import { filesIn, ROOT } from "../lib/repository.ts";

/** Loaded here: what a test loads, it would have to unload. */
const COMMANDS = await allCommands();

Deno.test("docs/compatibility.md lists every kernel check", () => {
  const [text = ""] = Deno.readTextFileSync(`${ROOT}docs/compatibility.md`)
    .split("<!-- table of make test-kernels -->");
  for (const check of filesIn("tests/kernels/guest/checks", ".sh")) {
    const name = check.replace(/.*\/\d+-|\.sh$/g, "");
    assert(new RegExp(`^\\| ${name} +\\|`, "m").test(text), name);
  }
});

Deno.test("no file of src/ or bpf/ has more than 300 lines", () => {
  for (const file of [...filesIn("src", ".ts"), ...filesIn("bpf", ".c")]) {
    const lines = Deno.readTextFileSync(ROOT + file).split("\n").length - 1;
    assert(lines <= 300, `${file} has ${lines} lines`);
  }
});

/** The rooms of src/ from the top down; a file imports from its own and below. */
const LAYERS = [
  "main.ts",
  "commands/",
  "engine/",
  "hooks/",
  "sinks/",
  "http/",
  "cli/",
  "report/",
  "view/",
  "formats/",
  "packets/",
  "pcap/",
  "frame/",
  "tally/",
  "names/",
  "files/",
  "net/",
  "bpf/",
  "process/",
  "ffi/",
  "basics/",
];

/** They touch neither Deno nor FFI, and import only one another. */
const PURE = [
  "cli/",
  "report/",
  "view/",
  "formats/",
  "packets/",
  "pcap/",
  "frame/",
  "tally/",
  "names/",
  "basics/",
];

/** What a file imports of src/, statically or not; paths are relative to src/. */
function importsOf(file: string): string[] {
  const from = file.slice("src/".length);
  const text = Deno.readTextFileSync(ROOT + file);
  const found = text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"(\.[^"]*\.ts)"/g);
  return Array.from(
    found,
    ([, to]) => new URL(to!, `file:///${from}`).pathname.slice(1),
  );
}

const layerOf = (path: string) =>
  LAYERS.findIndex((layer) => path.startsWith(layer));

Deno.test("every file of src/ is in a layer, and imports point down", () => {
  for (const file of filesIn("src", ".ts")) {
    const from = file.slice("src/".length);
    assert(layerOf(from) >= 0, `${from} is in no layer`);
    for (const to of importsOf(file)) {
      assert(layerOf(from) <= layerOf(to), `${from} imports ${to}`);
      if (PURE.some((layer) => from.startsWith(layer))) {
        assert(
          PURE.some((layer) => to.startsWith(layer)),
          `${from} is pure and imports ${to}`,
        );
      }
    }
  }
});

Deno.test("no file of src/ imports itself through others", () => {
  const imports = new Map(
    filesIn("src", ".ts").map((file) => [
      file.slice("src/".length),
      importsOf(file),
    ]),
  );
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]) => {
    assert(!path.includes(file), [...path, file].join(" -> "));
    if (done.has(file)) return;
    for (const to of imports.get(file) ?? []) visit(to, [...path, file]);
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
});

Deno.test("pure layers do not touch Deno", () => {
  for (
    const file of PURE.flatMap((folder) =>
      filesIn(`src/${folder.slice(0, -1)}`, ".ts")
    )
  ) {
    const text = Deno.readTextFileSync(ROOT + file)
      .replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, "");
    assert(!/\bDeno\b/.test(text), file);
  }
});

Deno.test("every file of src/ opens with a line that says why it exists", () => {
  for (const file of filesIn("src", ".ts")) {
    assert(/^\/[/*]/.test(Deno.readTextFileSync(ROOT + file)), file);
  }
});

Deno.test("every command, format, hook and sink beside a list is in it", () => {
  const lists = {
    commands: "Command",
    formats: "Format",
    hooks: "Hook",
    sinks: "SinkKind",
  };
  for (const [folder, type] of Object.entries(lists)) {
    const list = Deno.readTextFileSync(`${ROOT}src/${folder}/all.ts`);
    for (const file of filesIn(`src/${folder}`, ".ts")) {
      const text = Deno.readTextFileSync(ROOT + file);
      const isOne = new RegExp(`^export const \\w+: \\w*${type}\\b`, "m");
      if (!isOne.test(text) || file.endsWith("/all.ts")) continue;
      const name = file.slice(`src/${folder}/`.length);
      assert(list.includes(`"./${name}"`), `${file} is not in all.ts`);
    }
  }
});

Deno.test("docs/options.md is what the commands' documentation says", () => {
  assertEquals(
    Deno.readTextFileSync(`${ROOT}docs/options.md`),
    optionsPage(COMMANDS),
    "run `make docs`",
  );
});
