/** What the sources must look like. */
import { assert, assertEquals } from "@std/assert";
import { OPTIONS } from "../src/commands/watch/options.ts";
import { EXIT_MEANINGS } from "../src/basics/errors.ts";

const ROOT = new URL("..", import.meta.url).pathname.replaceAll("%20", " ");
const IMPORTS = Deno.args;

function succeeds(program: string, ...args: string[]): void {
  const { code, stdout, stderr } = new Deno.Command(program, {
    args,
    cwd: ROOT,
  }).outputSync();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assertEquals(
    code,
    0,
    `${program} ${args.join(" ")}\n${text(stdout)}${text(stderr)}`,
  );
}

function files(folder: string, ending: string): string[] {
  return [...Deno.readDirSync(ROOT + folder)].flatMap(
    ({ name, isDirectory }) => {
      const path = `${folder}/${name}`;
      if (isDirectory) return files(path, ending);
      return name.endsWith(ending) ? [path] : [];
    },
  );
}

Deno.test("deno fmt", () =>
  succeeds(Deno.execPath(), "fmt", "--check", "--quiet"));

Deno.test("deno lint", () => succeeds(Deno.execPath(), "lint", "--quiet"));

Deno.test("deno check, with std's strict options", () =>
  succeeds(
    Deno.execPath(),
    "check",
    "--quiet",
    ...IMPORTS,
    "src",
    "tests",
    "bench",
  ));

Deno.test("clang: no warning in the BPF programs", () => {
  for (const file of [...files("bpf", ".c"), ...files("tests", ".c")]) {
    succeeds(
      "clang",
      ...[
        "-O2",
        "-g",
        "-target",
        "bpf",
        "-fsyntax-only",
        "-Wall",
        "-Wextra",
        "-Werror",
      ],
      `-I/usr/include/${Deno.build.arch}-linux-gnu`,
      file,
    );
  }
});

Deno.test("shellcheck", () =>
  succeeds(
    "shellcheck",
    "-x",
    ...files("packaging", ".sh"),
    ...["postinst", "prerm", "postrm"].map((name) => `packaging/${name}`),
    ...files("toolchain", ".sh"),
    ...files("tests", ".sh"),
    ...files("contrib", ".sh"),
    ".ci/run",
  ));

Deno.test("docs/compatibility.md tells of every check on the kernels", () => {
  const [text = ""] = Deno.readTextFileSync(`${ROOT}docs/compatibility.md`)
    .split("<!-- table of make test-kernels -->");
  for (const check of files("tests/kernels/guest/checks", ".sh")) {
    const name = check.replace(/.*\/\d+-|\.sh$/g, "");
    assert(new RegExp(`^\\| ${name} +\\|`, "m").test(text), name);
  }
});

Deno.test("a file of src/ fits in a reading", () => {
  for (const file of [...files("src", ".ts"), ...files("bpf", ".c")]) {
    const lines = Deno.readTextFileSync(ROOT + file).split("\n").length - 1;
    assert(lines <= 300, `${file} has ${lines} lines`);
  }
});

Deno.test("imports point down the layers", () => {
  const layers = [
    "main.ts",
    "commands/",
    "sink/",
    "http/",
    "cli/",
    "report/",
    "top/",
    "output/",
    "tally/",
    "net/",
    "process/",
    "bpf/",
    "ffi/",
  ];
  const pure = ["cli/", "report/", "top/", "output/", "tally/"];
  const layerOf = (path: string) =>
    layers.findIndex((layer) => path.startsWith(layer));
  for (const file of files("src", ".ts")) {
    const from = file.slice("src/".length);
    for (
      const [, to] of Deno.readTextFileSync(ROOT + file).matchAll(
        /from "(\..*\.ts)"/g,
      )
    ) {
      const path = new URL(to!, `file:///${from}`).pathname.slice(1);
      const [one, other] = [layerOf(from), layerOf(path)];
      if (one >= 0 && other >= 0) {
        assert(one <= other, `${from} imports ${path}`);
      }
      if (pure.some((layer) => from.startsWith(layer))) {
        const allowed = [
          ...pure,
          "address.ts",
          "errors.ts",
          "filter.ts",
          "key.ts",
        ];
        assert(
          allowed.some((layer) => path.startsWith(layer)),
          `${from} imports ${path}`,
        );
      }
    }
  }
});

Deno.test("pure layers do not touch Deno", () => {
  for (
    const folder of [
      "src/cli",
      "src/report",
      "src/top",
      "src/tally",
      "src/output",
    ]
  ) {
    for (const file of files(folder, ".ts")) {
      assert(!/\bDeno\./.test(Deno.readTextFileSync(ROOT + file)), file);
    }
  }
});

Deno.test("the README has every option and every exit code", () => {
  const readme = Deno.readTextFileSync(`${ROOT}README.md`);
  for (const { name } of OPTIONS) {
    assert(readme.includes(`--${name}`), `--${name}`);
  }
  for (const code of Object.keys(EXIT_MEANINGS)) {
    assert(readme.includes(`| ${code} |`), `exit code ${code}`);
  }
});
