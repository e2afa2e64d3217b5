/** The worked examples of CONTRIBUTING.md, and a copy of the sources to apply them to. */
import { assert } from "@std/assert";
import { Folder } from "./folder.ts";
import { sh } from "./stage.ts";
import { type Output, run, type RunOptions } from "./xdptally.ts";

const ROOT = new URL("../..", import.meta.url).pathname.replaceAll("%20", " ");

/** A change of a file; without `before` the file is new. */
export interface Edit {
  readonly file: string;
  readonly before?: string;
  readonly after: string;
}

/** The code of CONTRIBUTING.md, by the headings under "Worked examples". */
export function workedExamples(text: string): Map<string, readonly Edit[]> {
  const [, ...sections] = text.split("## Worked examples")[1]!.split(/^### /m);
  return new Map(
    sections.map((section) => [section.split("\n", 1)[0]!, editsOf(section)]),
  );
}

/** What the table above the examples says: the files that each touches. */
export function filesByTable(text: string): Map<string, string[]> {
  const rows = text.matchAll(/^\| (\w+) +\|(.*)\|$/gm);
  return new Map(
    Array.from(rows, ([, name, cells]): [string, string[]] => [
      name!,
      Array.from(cells!.matchAll(/`(\S+)`/g), ([, file]) => file!),
    ]).filter(([, files]) => files.length > 0),
  );
}

/** A caption and a block is a new file; a block of diff has hunks, `@@ FILE`. */
function editsOf(section: string): Edit[] {
  const created = section.matchAll(
    /^`(\S+)`, a new file:\n\n```ts\n(.*?)^```/gms,
  );
  const diffs = section.matchAll(/^```diff\n(.*?)^```/gms);
  return [
    ...Array.from(
      created,
      ([, file, after]) => ({ file: file!, after: after! }),
    ),
    ...Array.from(diffs, ([, hunks]) => hunks!.split(/^@@ /m).slice(1))
      .flat().map(hunk),
  ];
}

function hunk(text: string): Edit {
  const [file, ...lines] = text.trimEnd().split("\n");
  const side = (sign: string) =>
    lines.filter((line) => line[0] === " " || line[0] === sign)
      .map((line) => `${line.slice(1)}\n`).join("");
  return { file: file!, before: side("-"), after: side("+") };
}

/** A copy of the sources, with the BPF objects of the last build. */
export class Sources implements Disposable {
  readonly #folder = new Folder();
  readonly #imports: readonly string[];

  /** @param imports options of Deno that say where imports come from */
  constructor(imports: readonly string[]) {
    this.#imports = imports;
    const names = Array.from(Deno.readDirSync(ROOT), ({ name }) => name)
      .filter((name) => ![".git", ".toolchain", "dist"].includes(name));
    const copy = (from: string[], to: string) =>
      sh("cp", "--recursive", ...from.map((name) => ROOT + name), to);
    copy(names, this.path);
    Deno.mkdirSync(`${this.path}/dist`);
    copy(["dist/embed"], `${this.path}/dist`);
    Deno.symlinkSync(`${ROOT}.toolchain`, `${this.path}/.toolchain`);
  }

  get path(): string {
    return this.#folder.path;
  }

  /** Makes the edits, until they are disposed of. */
  apply(edits: readonly Edit[]): Disposable {
    using undo = new DisposableStack();
    for (const { file, before, after } of edits) {
      const path = `${this.path}/${file}`;
      if (before === undefined) {
        Deno.writeTextFileSync(path, after, { createNew: true });
        undo.defer(() => Deno.removeSync(path));
        continue;
      }
      const text = Deno.readTextFileSync(path);
      const parts = text.split(before);
      assert(
        parts.length === 2,
        `CONTRIBUTING.md: ${file} has this ${
          parts.length - 1
        } times:\n${before}`,
      );
      Deno.writeTextFileSync(path, parts.join(after));
      undo.defer(() => Deno.writeTextFileSync(path, text));
    }
    return undo.move();
  }

  /** Deno, in this folder. */
  deno(command: string, ...args: string[]): Promise<Output> {
    return this.#run(Deno.execPath(), [command, "--quiet", ...args]);
  }

  make(...targets: string[]): Promise<Output> {
    return this.#run("make", targets);
  }

  checkTypes(): Promise<Output> {
    return this.deno("check", ...this.#imports, "src");
  }

  /** Tests of these files. */
  test(...args: string[]): Promise<Output> {
    return this.deno(
      "test",
      ...this.#imports,
      "--no-check",
      "--allow-all",
      ...args,
      "--",
      ...this.#imports,
    );
  }

  /** What runs xdptally from these sources, for `run` and `Capture`. */
  get program(): { args: string[]; options: RunOptions } {
    return {
      args: [
        ...["run", "--quiet", "--no-check", "--allow-all"],
        ...this.#imports,
        "src/main.ts",
      ],
      options: { binary: Deno.execPath(), cwd: this.path },
    };
  }

  #run(program: string, args: readonly string[]): Promise<Output> {
    return run(args, { binary: program, cwd: this.path });
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }
}
