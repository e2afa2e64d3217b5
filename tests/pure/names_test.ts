/** One vocabulary: a type has one name, and what is exported is used elsewhere. */
import { assertEquals } from "@std/assert";

const ROOT = new URL("../..", import.meta.url).pathname.replaceAll("%20", " ");

/** The TypeScript files below a folder, by their path from the root. */
function filesOf(folder: string): [path: string, text: string][] {
  return [...Deno.readDirSync(ROOT + folder)].flatMap(
    ({ name, isDirectory }): [string, string][] => {
      const path = `${folder}/${name}`;
      if (isDirectory) return filesOf(path);
      return name.endsWith(".ts") && name !== "names_test.ts"
        ? [[path, Deno.readTextFileSync(ROOT + path)]]
        : [];
    },
  );
}

const SOURCES = filesOf("src");
const ALL = [
  ...SOURCES,
  ...["tests", "bench", "toolchain"].flatMap(filesOf),
];

const TYPE = /^export (?:abstract )?(?:class|interface|type) (\w+)/gm;
const EXPORTED =
  /^export (?:abstract |async )*(?:class|interface|type|function\*?) (\w+)/gm;
/** `export const BOLD = 16, DIM = 32;` has several names. */
const CONSTANTS = /^export (?:const|let) ([^;{[(]*)/gm;
const IMPORT =
  /^(?:import|export) (?:type )?(?:\{([^}]*)\}|\* as (\w+)) from "(\.[^"]+)"/gm;
const DYNAMIC_IMPORT = /\bimport\("(\.[^"]+)"\)/g;

function exportsOf(text: string): string[] {
  const constants = [...text.matchAll(CONSTANTS)].flatMap(([, list]) =>
    Array.from(list!.matchAll(/(\w+)(?::[^=,]*)? =/g), ([, name]) => name!)
  );
  return [...text.matchAll(EXPORTED)].map(([, name]) => name!)
    .concat(constants);
}

/** What a file imports, as `path name`; `path *` if its text may use any name. */
function importsOf(path: string, text: string): string[] {
  const resolve = (from: string) =>
    new URL(from, `file:///${path}`).pathname.slice(1);
  const named = [...text.matchAll(IMPORT)].flatMap(([, names, all, from]) =>
    all !== undefined
      ? [`${resolve(from!)} *`]
      : names!.split(",").map((name) => name.trim().replace(/^type /, ""))
        .filter((name) => name !== "")
        .map((name) => `${resolve(from!)} ${name.split(" as ")[0]}`)
  );
  const dynamic = Array.from(
    text.matchAll(DYNAMIC_IMPORT),
    ([, from]) => `${resolve(from!)} *`,
  );
  return [...named, ...dynamic];
}

Deno.test("no two exported types of src/ have the same name", () => {
  const places = new Map<string, string[]>();
  for (const [path, text] of SOURCES) {
    for (const [, name] of text.matchAll(TYPE)) {
      places.set(name!, [...places.get(name!) ?? [], path]);
    }
  }
  assertEquals([...places].filter(([, paths]) => paths.length > 1), []);
});

Deno.test("what src/ exports is imported by another file", () => {
  const imported = new Set<string>();
  for (const [path, text] of ALL) {
    for (const name of importsOf(path, text)) {
      const [file, star] = name.split(" ");
      imported.add(name);
      if (star !== "*") continue;
      for (const word of text.matchAll(/\w+/g)) imported.add(`${file} ${word}`);
    }
  }
  const unused = SOURCES.flatMap(([path, text]) =>
    exportsOf(text).map((name) => `${path} ${name}`)
  ).filter((name) => !imported.has(name));
  assertEquals(unused, []);
});

Deno.test("the search for names finds the forms that src/ uses", () => {
  assertEquals(
    exportsOf(
      "export class A {\nexport const B = 1, C: X = 2;\nexport async function d(\nexport type E =\nexport const F = {\n",
    ),
    ["A", "d", "E", "B", "C", "F"],
  );
  assertEquals(
    importsOf(
      "src/a/b.ts",
      'import {\n  type A,\n  b as c,\n} from "../d.ts";\nimport type { E } from "./e.ts";\nawait import("./f.ts")',
    ),
    ["src/d.ts A", "src/d.ts b", "src/a/e.ts E", "src/a/f.ts *"],
  );
});
