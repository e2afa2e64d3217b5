/** Text from outside stays text: every unseen character, in every place that shows any. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Failure } from "../../src/basics/errors.ts";
import { visible } from "../../src/basics/visible.ts";
import { valued } from "../../src/cli/option.ts";
import { parseArguments } from "../../src/cli/arguments.ts";
import { checksText } from "../../src/commands/check/check_table.ts";
import { fileName, parsePattern } from "../../src/formats/capture_name.ts";
import { emptySnapshot } from "../../src/formats/interface_state.ts";
import { metricsText } from "../../src/formats/metrics.ts";
import { text } from "../../src/formats/text.ts";
import { diagnosticsLog } from "../../src/process/log.ts";
import { ASCII } from "../../src/view/spark.ts";
import { View } from "../../src/view/view.ts";
import { from, linesOf, Ticks } from "./ticks.ts";

/** What a terminal obeys, what reorders text and what cannot be seen. */
const UNSEEN = Array.from({ length: 0x11_0000 }, (_, code) => code)
  .filter((code) =>
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(String.fromCodePoint(code))
  )
  // Halves of surrogate pairs and tags are many, and all alike.
  .filter((code) => code < 0xd800 || code % 64 === 1);

/** Names with such a character in them, and how each is shown. */
const NAMES = UNSEEN.map((code) => {
  const hex = code.toString(16);
  const shown = code < 0x100
    ? `\\x${hex.padStart(2, "0")}`
    : code < 0x1_0000
    ? `\\u${hex.padStart(4, "0")}`
    : `\\u{${hex}}`;
  return [`a${String.fromCodePoint(code)}b`, `a${shown}b`] as const;
});

/** Asserts that lines show a name, and have nothing that cannot be seen. */
function assertShows(lines: string, shown: string): void {
  assertStringIncludes(lines, shown);
  assert(!/(?!\n|^\t)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/um.test(lines), lines);
}

Deno.test("visible: known characters, and what is left alone", () => {
  for (
    const [one, other] of [
      ["\x1b[31m", "\\x1b[31m"],
      ["\x9b\x7f\x00\n\t", "\\x9b\\x7f\\x00\\x0a\\x09"],
      [
        "\u202eevil\u2069\u200b\ufeff\xad",
        "\\u202eevil\\u2069\\u200b\\ufeff\\xad",
      ],
      ["\u2028\u{e0041}\ud800", "\\u2028\\u{e0041}\\ud800"],
      ["Grüße 你好 😀 \\x1b é", "Grüße 你好 😀 \\x1b é"],
    ] as const
  ) {
    assertEquals(visible(one), other);
    assertEquals(visible(other), other, "twice changes nothing");
  }
});

/** Where text from outside is shown, by what it is. */
const PLACES: Record<string, (name: string) => string> = {
  "a failure, which is one line": (name) => {
    const { message } = new Failure(2, `Cannot use "${name}": no; other`);
    assertEquals(message.split("\n").length, 1);
    return message;
  },
  "an unknown option": (name) => refused(`--${name}`),
  "a value that cannot be used": (name) => refused(`--interval=${name}`),
  "a notice, a warning and an error": (name) => {
    let lines = "";
    const log = diagnosticsLog("verbose", (line) => lines += line);
    for (const level of ["debug", "info", "warn", "error"] as const) {
      log[level](`Interface "${name}"`);
    }
    assertEquals(lines.split("\n").length, 5);
    return lines;
  },
  "the text records": (name) => {
    const { start, tick } = ticksOf(name);
    const end = { ...tick, type: "end", reason: "count", ticks: 1 } as const;
    return text.start(start) + text.tick(tick) + text.end(end);
  },
  "a table of check": (name) =>
    checksText([
      { on: name, name: "driver", state: "ok", value: name },
      { on: name, name: "XDP", state: "fail", value: name, remedy: name },
    ]),
  "the interface in top": (name) => screen(ticksOf(name)),
  "the host in top": (name) => {
    const { start, tick } = ticksOf("eth0");
    return screen({ start: { ...start, host: name }, tick });
  },
  "a prompt in top": (name) =>
    screen(ticksOf("eth0"), (view) => view.askExport("run", name)),
  "a message in top": (name) =>
    screen(ticksOf("eth0"), (view) => view.say(`Wrote "${name}"`)),
};

for (const [place, show] of Object.entries(PLACES)) {
  Deno.test(`unseen characters are shown by their numbers: ${place}`, () => {
    for (const [name, shown] of NAMES) assertShows(show(name), shown);
  });
}

Deno.test("unseen characters are shown by their numbers: the filter in top", () => {
  for (const [name, shown] of NAMES.filter(([{ length }]) => length === 3)) {
    assertShows(
      screen(ticksOf("eth0"), (view) => {
        for (const key of ["/", ...name, "enter"]) view.press(key);
      }),
      `only ${shown}`,
    );
  }
});

Deno.test("labels of metrics keep every character, with only the format's own escapes", () => {
  for (const [name] of NAMES.filter(([name]) => name.isWellFormed())) {
    const { start } = ticksOf(`${name}"\\\n`);
    const state = {
      start,
      snapshot: emptySnapshot(start),
      isRunning: true,
      maxSources: 1,
    };
    for (const form of ["prometheus", "openMetrics"] as const) {
      const label = `interface="${name.replaceAll("\n", "\\n")}\\"\\\\\\n",`;
      for (const line of metricsText([state], form).trimEnd().split("\n")) {
        if (!line.startsWith("# ")) assertStringIncludes(line, label);
      }
    }
  }
});

Deno.test("a name in a file's name leads to no other folder, and is neither hidden nor empty", () => {
  const fields = { time: new Date(0) };
  const odd = ["", ".", "..", ".a", "../a", "a/../b", "/", "%", "%h", "%i%%"];
  for (const name of [...odd, ...NAMES.map(([name]) => name)]) {
    for (const pattern of ["%h", "%i"]) {
      const names = { host: name, interface: name };
      const path = fileName(parsePattern(`d/${pattern}`), {
        ...fields,
        ...names,
      });
      assertEquals(path.split("/").length, 2, path);
      assert(/^d\/[^.]/.test(path), path);
      assertEquals(path, visible(path));
      const rest = fileName(parsePattern(`/${pattern}/x`), {
        ...fields,
        ...names,
      });
      assertEquals(rest, `/${path.slice(2)}/x`);
    }
  }
});

/** The message of a command line with such a word. */
function refused(word: string): string {
  const interval = valued({ name: "interval", value: "TIME", help: "" }, () => {
    throw new RangeError("not a time");
  });
  try {
    parseArguments([word], { interval });
  } catch (error) {
    assert(error instanceof Failure);
    return error.message;
  }
  throw new Error(`not refused: ${word}`);
}

/** A screen of top, once `act` has changed its view. */
function screen(
  { start, tick }: ReturnType<typeof ticksOf>,
  act: (view: View) => void = () => {},
): string {
  const view = new View({
    sort: "packets",
    by: ["source"],
    interval: 1000,
    glyphs: ASCII,
  });
  view.start(start);
  view.tick(tick);
  act(view);
  return linesOf(view.frame(100, 6)).join("\n");
}

function ticksOf(name: string) {
  const ticks = new Ticks(name, 1000, 1);
  return { start: ticks.start, tick: ticks.next([from(1, 1)]) };
}
