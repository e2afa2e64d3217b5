/** Completions, as a person completes at a terminal; and that no option is forgotten. */
import { assertEquals } from "@std/assert";
import { FIELD_NAMES } from "../../src/basics/keys.ts";
import { allCommands } from "../../src/commands/all.ts";
import type { CommandDocs } from "../../src/cli/command_docs.ts";
import type { Completion, OptionDocs } from "../../src/cli/option.ts";
import {
  checkScript,
  CompletingShell,
  PROPOSALS,
  type Shell,
  SHELLS,
} from "../lib/completion.ts";
import { ROW_ORDERS } from "../../src/view/row_order.ts";
import { Folder } from "../lib/folder.ts";
import { ROOT } from "../lib/repository.ts";
import { Namespace } from "../lib/stage.ts";

const DOCS = await allCommands();
const COMMANDS = DOCS.map(({ name }) => name);
const INTERFACES = ["lo", "top", "uplink", "veth0", "veth1"];
const FILES = ["captures", "my capture.csv", "night.jsonl", "night.jsonl.gz"];

/** A namespace with the interfaces above: one is named like a command. */
function interfaces(): Namespace {
  const stage = new Namespace();
  stage.veth("veth0", "veth1");
  stage.veth("top", "uplink");
  return stage;
}

class Captures extends Folder {
  constructor() {
    super();
    for (const name of FILES) {
      const path = `${this.path}/${name}`;
      if (name.includes(".")) Deno.writeTextFileSync(path, "");
      else Deno.mkdirSync(path);
    }
  }
}

/** What is typed before Tab, and the whole line after it; zsh adds = to an option with a value. */
const LINES: readonly (readonly [typed: string, line: string, zsh?: string])[] =
  [
    // Commands, where a first word may stand.
    ["xdptally rep", "xdptally report "],
    ["xdptally ver", "xdptally version "],
    ["xdptally vet", "xdptally veth"],
    ["xdptally -q rep", "xdptally -q rep"],
    ["xdptally top rep", "xdptally top rep"],
    // A command's own options; those of watch where none is named.
    [
      "xdptally report --form",
      "xdptally report --format ",
      "xdptally report --format=",
    ],
    ["xdptally check --j", "xdptally check --json "],
    ["xdptally top --no", "xdptally top --no-color "],
    ["xdptally --list-i", "xdptally --list-interfaces "],
    [
      "xdptally watch --exit",
      "xdptally watch --exit-over ",
      "xdptally watch --exit-over=",
    ],
    ["xdptally report --exit", "xdptally report --exit"],
    ["xdptally top --form", "xdptally top --form"],
    ["xdptally top --he", "xdptally top --help "],
    ["xdptally version --he", "xdptally version --help "],
    ["xdptally help --he", "xdptally help --help "],
    // Their own values.
    ["xdptally report --format h", "xdptally report --format html "],
    ["xdptally report --by int", "xdptally report --by interface "],
    ["xdptally report --since 3", "xdptally report --since 30d "],
    ["xdptally top --sort f", "xdptally top --sort first "],
    ["xdptally --sort f", "xdptally --sort f"],
    ["xdptally --format h", "xdptally --format h"],
    ["xdptally --format p", "xdptally --format prom "],
    ["xdptally -m gen", "xdptally -m generic "],
    ["xdptally -mgen", "xdptally -mgeneric "],
    ["xdptally -qmgen", "xdptally -qmgeneric "],
    ["xdptally -qm gen", "xdptally -qm generic "],
    ["xdptally top --sort=f", "xdptally top --sort=first "],
    ["xdptally report --format=h", "xdptally report --format=html "],
    ["xdptally --interval ", "xdptally --interval "],
    ["xdptally --interval=", "xdptally --interval="],
    ["xdptally -i ", "xdptally -i "],
    [
      "xdptally --sort=packets veth1 vet",
      "xdptally --sort=packets veth1 veth0 ",
    ],
    // Files.
    ["xdptally -o m", "xdptally -o my\\ capture.csv "],
    ["xdptally -o my\\ c", "xdptally -o my\\ capture.csv "],
    ["xdptally --output=m", "xdptally --output=my\\ capture.csv "],
    ["xdptally -om", "xdptally -omy\\ capture.csv "],
    ["xdptally --listen-cert ca", "xdptally --listen-cert captures/"],
    ["xdptally --listen-cert=ca", "xdptally --listen-cert=captures/"],
    ["xdptally -oca", "xdptally -ocaptures/"],
    ["xdptally report m", "xdptally report my\\ capture.csv "],
    ["xdptally report --by host ca", "xdptally report --by host captures/"],
    ["xdptally report captures/ n", "xdptally report captures/ night.jsonl"],
    // Interfaces that are not named yet.
    ["xdptally lo vet", "xdptally lo veth"],
    ["xdptally top veth0 v", "xdptally top veth0 veth1 "],
    ["xdptally check -j veth0 lo v", "xdptally check -j veth0 lo veth1 "],
    [
      "xdptally lo veth0 veth1 top uplink ",
      "xdptally lo veth0 veth1 top uplink ",
    ],
    // Commands for help; nothing for version.
    ["xdptally help ch", "xdptally help check "],
    ["xdptally help check ", "xdptally help check "],
    ["xdptally version ", "xdptally version "],
    // An interface that is named like a command.
    ["xdptally watch to", "xdptally watch top "],
    [
      "xdptally watch top --exit",
      "xdptally watch top --exit-over ",
      "xdptally watch top --exit-over=",
    ],
    ["xdptally watch top --sort f", "xdptally watch top --sort f"],
    ["xdptally watch top veth0 v", "xdptally watch top veth0 veth1 "],
    ["xdptally top to", "xdptally top top "],
    // Behind -- there are no options.
    ["xdptally -- --f", "xdptally -- --f"],
    ["xdptally top -- --so", "xdptally top -- --so"],
    ["xdptally -- veth0 v", "xdptally -- veth0 veth1 "],
    ["xdptally -- rep", "xdptally -- rep"],
  ];

/** What is typed before Tab, and the list that appears. */
const LISTS: readonly (readonly [typed: string, words: readonly string[]])[] = [
  ["xdptally top --sort=", [...ROW_ORDERS]],
  ["xdptally --sort=", ["packets", "bytes", "ip"]],
  ["xdptally --sort ", ["packets", "bytes", "ip"]],
  ["xdptally report --by ho", ["hour", "host"]],
  ["xdptally report --since ", ["1h", "24h", "7d", "30d"]],
  ["xdptally report --format=", ["text", "csv", "jsonl", "html"]],
  ["xdptally --by=", FIELD_NAMES],
  ["xdptally -m ", ["auto", "native", "generic"]],
  ["xdptally top ", INTERFACES],
  ["xdptally watch ", INTERFACES],
  ["xdptally check lo ", ["top", "uplink", "veth0", "veth1"]],
  ["xdptally -q ", INTERFACES],
];

const sortedSet = (words: readonly string[]) => [...new Set(words)].sort();

for (const shell of SHELLS) {
  Deno.test(`${shell} completes at a terminal`, async () => {
    using stage = interfaces();
    using folder = new Captures();
    using terminal = new CompletingShell(shell, { stage, folder: folder.path });
    for (const [typed, line, zsh = line] of LINES) {
      // fish completes no file name behind a short option in the same word.
      if (shell === "fish" && / -o\w/.test(typed)) continue;
      assertEquals(
        await terminal.completed(typed),
        shell === "zsh" ? zsh : line,
        `${typed}<Tab>`,
      );
    }
    for (const [typed, words] of LISTS) {
      await terminal.listed(
        typed,
        (shown) => sortedSet(shown).join(" ") === sortedSet(words).join(" "),
      );
    }
    const first = new Set([...COMMANDS, ...INTERFACES]);
    await terminal.listed(
      "xdptally ",
      (shown) => first.isSubsetOf(new Set(shown)),
    );
  });
}

// Then xdptally is not found, and nothing else is; fish completes only what it finds.
for (const shell of ["bash", "zsh"] as const) {
  Deno.test(`${shell} completes without a message where PATH has no program`, async () => {
    using stage = interfaces();
    using folder = new Captures();
    using terminal = new CompletingShell(shell, {
      stage,
      folder: folder.path,
      startup: "PATH=/nowhere",
    });
    for (
      const [typed, line] of [
        ["xdptally top ", "xdptally top "],
        ["xdptally report --by int", "xdptally report --by interface "],
        ["xdptally rep", "xdptally report "],
      ] as const
    ) {
      assertEquals(await terminal.completed(typed), line, `${typed}<Tab>`);
      assertEquals(terminal.screen(), `> ${line}#`);
    }
  });
}

Deno.test("bash completes where = does not end a word, as in COMP_WORDBREAKS", async () => {
  using stage = interfaces();
  using folder = new Captures();
  using terminal = new CompletingShell("bash", {
    stage,
    folder: folder.path,
    startup: "COMP_WORDBREAKS=${COMP_WORDBREAKS//=}",
  });
  for (const [typed, line] of LINES.filter(([typed]) => typed.includes("="))) {
    assertEquals(await terminal.completed(typed), line, `${typed}<Tab>`);
  }
});

/** What a shell must propose. */
function expected(completes: Completion): readonly string[] {
  switch (completes) {
    case "commands":
      return COMMANDS;
    case "files":
      return FILES;
    case "interfaces":
      return INTERFACES;
    case "nothing":
      return [];
    default:
      return completes;
  }
}

type Place = readonly [line: string, words: readonly string[]];

/** Every place of the lines that begin with a command, and what may stand there. */
function placesOf(start: string, docs: CommandDocs, shell: Shell): Place[] {
  const options: OptionDocs[] = Object.values(docs.options);
  const flags = ({ name, short }: OptionDocs) => [
    `--${name}`,
    ...(short === undefined ? [] : [`-${short}`]),
  ];
  const values = options.filter(({ value }) => value !== undefined);
  return [
    [`${start} -`, options.flatMap(flags)],
    [`${start} -- `, expected(docs.completes)],
    ...values.flatMap((option) =>
      [
        ...flags(option).map((flag) => `${flag} `),
        `--${option.name}=`,
        // As bash splits it, unless COMP_WORDBREAKS has no =.
        ...(shell === "bash" ? [`--${option.name} =`] : []),
      ].map((text): Place => [
        `${start} ${text}`,
        expected(option.completes ?? "nothing"),
      ])
    ),
  ];
}

function allPlaces(shell: Shell): Place[] {
  return [
    ["xdptally ", [...COMMANDS, ...INTERFACES]],
    // Behind other words.
    ["xdptally -q ", INTERFACES],
    ["xdptally --sort=ip ", INTERFACES],
    ["xdptally lo ", INTERFACES.filter((name) => name !== "lo")],
    ["xdptally watch top ", INTERFACES.filter((name) => name !== "top")],
    ["xdptally top -- lo ", INTERFACES.filter((name) => name !== "lo")],
    ["xdptally help check ", []],
    ["xdptally help check --", ["--help"]],
    ["xdptally version lo ", []],
    ...placesOf("xdptally", DOCS[0]!, shell),
    ...DOCS.flatMap((docs): Place[] => [
      [`xdptally ${docs.name} `, expected(docs.completes)],
      ...placesOf(`xdptally ${docs.name}`, docs, shell),
    ]),
  ];
}

for (const shell of SHELLS) {
  Deno.test(`${shell} proposes what each command's documentation has, and nothing else`, async () => {
    checkScript(shell);
    using stage = interfaces();
    using folder = new Captures();
    const asked = allPlaces(shell);
    const proposed = await PROPOSALS[shell](asked.map(([line]) => line), {
      stage,
      folder: folder.path,
    });
    assertEquals(
      asked.map(([line], at) => [line, proposed[at]]),
      asked.map(([line, words]) => [line, sortedSet(words)]),
    );
  });
}

Deno.test("bash puts an interface into the line so that the shell takes it as one word", () => {
  using stage = new Namespace();
  stage.veth("a;id", "b$HOME");
  const script =
    `. "${ROOT}dist/share/bash-completion/completions/xdptally"; COMP_WORDS=(xdptally ""); COMP_CWORD=1; _xdptally
    for word in "\${COMPREPLY[@]}"; do eval "set -- $word"; echo "$#:$1"; done`;
  const words = stage.run(
    "env",
    `PATH=${ROOT}dist:/usr/bin:/bin`,
    "bash",
    "-c",
    script,
  )
    .trim().split("\n");
  assertEquals(
    words.filter((word) => /[;$]/.test(word)).sort(),
    ["1:a;id", "1:b$HOME"],
  );
});
