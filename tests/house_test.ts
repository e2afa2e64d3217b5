/** Holds what other programs say of the sources: deno, clang, shellcheck. */
import { assertEquals } from "@std/assert";
import { filesIn, ROOT } from "./lib/repository.ts";

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
    ...filesIn("toolchain", ".ts").filter((file) => !file.includes("/closed/")),
  ));

Deno.test("clang: no warning in the BPF programs", () => {
  for (const file of [...filesIn("bpf", ".c"), ...filesIn("tests", ".c")]) {
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
    ...filesIn("packaging", ".sh"),
    ...["postinst", "prerm", "postrm"].map((name) => `packaging/${name}`),
    ...filesIn("toolchain", ".sh"),
    ...filesIn("tests", ".sh"),
    ...filesIn("contrib", ".sh"),
    ".ci/run",
  ));
