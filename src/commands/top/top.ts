/** The command `top`: counts with a live view on the whole terminal. */
import type { Logger } from "@std/log/logger";
import { EXIT, type ExitCode, Failure } from "../../basics/errors.ts";
import type { FieldName } from "../../basics/keys.ts";
import type { Arguments } from "../../cli/arguments.ts";
import type { SessionOptions } from "../../engine/options.ts";
import { LoadedSession } from "../../engine/session.ts";
import type { Names } from "../../names/names.ts";
import { namingText } from "../../names/naming.ts";
import { ReverseNames } from "../../names/reverse_names.ts";
import { diagnosticsLog, writeStderr } from "../../process/log.ts";
import { StopRequest } from "../../process/stop_request.ts";
import {
  type ColourDepth,
  depthOf,
  hasUnicode,
  isDumb,
} from "../../view/palette.ts";
import { isSortable } from "../../view/fan_out.ts";
import { ASCII, UNICODE } from "../../view/spark.ts";
import type { Namer } from "../../view/namer.ts";
import { View } from "../../view/view.ts";
import type { Command } from "../command.ts";
import { countingOf, requireNames } from "../counting_options.ts";
import { openNames, requireNamed } from "../naming.ts";
import { print } from "../print.ts";
import { record } from "../record.ts";
import { TOP_DOCS, type TopOptions } from "./docs.ts";
import { Keyboard } from "./keyboard.ts";
import { NameAsker } from "./name_asker.ts";
import { Screen } from "./screen.ts";
import { Terminal } from "./terminal.ts";

export const command: Command<TopOptions> = { ...TOP_DOCS, run };

/** Rows of the summary that is printed at the end. */
const SUMMARY_ROWS = 10;

type Environment = Record<string, string>;

async function run(
  { values, operands }: Arguments<TopOptions>,
): Promise<ExitCode> {
  const interfaces = requireNames(operands);
  const counting = countingOf(values);
  requireSortable(counting.keying.fields, values.sort);
  const environment = Deno.env.toObject();
  requireTerminal(interfaces, environment);
  const names = await openNames(values, values.user);
  requireNamed(names, counting.keying.fields);
  const options: SessionOptions = {
    interfaces,
    counting,
    names,
    rows: { sort: "packets", top: 0, endTop: SUMMARY_ROWS },
    timing: { interval: values.interval },
    user: values.user,
    canRecount: values.by === undefined,
  };
  const dns = new ReverseNames();
  const view = new View({
    sort: values.sort,
    by: counting.keying.fields,
    interval: values.interval,
    glyphs: hasUnicode(environment) ? UNICODE : ASCII,
    namer: namerOf(names, dns),
  });
  const depth = values.hasNoColour ? "none" : depthOf(environment);
  return await show(options, view, dns, depth);
}

/** A label of a file comes before a name of DNS. */
function namerOf(names: Names | undefined, dns: ReverseNames): Namer {
  return {
    hasFiles: names !== undefined,
    of(place, hasDns) {
      const naming = names?.of(place) ?? {};
      const host = hasDns ? dns.of(place) : undefined;
      return namingText(
        naming.name === undefined && host !== undefined
          ? { ...naming, name: host }
          : naming,
      );
    },
  };
}

/** Counts and draws until the session ends, then prints its summary. */
async function show(
  options: SessionOptions,
  view: View,
  dns: ReverseNames,
  depth: ColourDepth,
): Promise<ExitCode> {
  const held: string[] = [];
  const terminal = new Terminal();
  using loaded = new LoadedSession(options, logTo(view, terminal, held));
  using stop = new StopRequest([
    "SIGQUIT",
    "SIGUSR1",
    "SIGWINCH",
    "SIGTSTP",
    "SIGCONT",
  ]);
  const end = () => stop.request();
  stop.on("SIGQUIT", end);
  const session = await loaded.attach(stop);
  if (session === undefined) return EXIT.done;
  await session.giveUpRights(() => true);
  if (!session.canRecount) view.forbidRecount();
  const screen = new Screen(view, terminal, depth, end);
  stop.on("SIGUSR1", () => screen.redraw());
  stop.on("SIGWINCH", () => screen.redraw());
  stop.on("SIGTSTP", () => void screen.suspend());
  stop.on("SIGCONT", () => screen.resume());
  using asker = new NameAsker(dns, {
    wanted: () => view.placesInSight,
    onName: () => screen.draw(),
    say: (text, isError) => view.say(text, isError),
  });
  const keyboard = new Keyboard(view, screen, {
    end,
    setInterval: (interval) => session.setInterval(interval),
    recount: (fields) =>
      session.recount(fields, (why) => {
        view.forbidRecount();
        view.say(why, true);
        screen.draw();
      }),
    setDns: (isOn) => asker.setOn(isOn),
  });
  let exitCode: ExitCode;
  try {
    terminal.open();
    keyboard.listen().catch(end);
    exitCode = await record(session, screen);
  } finally {
    await screen.hold();
    terminal[Symbol.dispose]();
    for (const line of held) writeStderr(line);
  }
  await print(screen.summary);
  return exitCode;
}

/**
 * Logs to the footer while the screen is open.
 *
 * @param held gets these lines too, for stderr when the screen is closed
 */
function logTo(view: View, terminal: Terminal, held: string[]): Logger {
  return diagnosticsLog("normal", (line, isNotice) => {
    if (terminal.isOpen) held.push(line);
    else writeStderr(line);
    // The header shows what the notices of the start say.
    if (!terminal.isOpen && isNotice) return;
    view.say(line.replace(/^xdptally: /, "").trimEnd(), !isNotice);
  });
}

/** @throws {Failure} rows would be sorted by values that are not counted */
function requireSortable(by: readonly FieldName[], sort: string): void {
  if (isSortable(by, sort)) return;
  const other = sort === "source" ? "port" : sort;
  throw new Failure(
    EXIT.usage,
    `Cannot sort by "${sort}": it is not counted how many a row has; add --by source,${other}`,
  );
}

/** @throws {Failure} there is no terminal, or it cannot show the screen */
function requireTerminal(
  interfaces: readonly string[],
  environment: Environment,
): void {
  const why = !Deno.stdout.isTerminal()
    ? "stdout is not a terminal"
    : !Deno.stdin.isTerminal()
    ? "stdin is not a terminal"
    : isDumb(environment)
    ? `TERM is ${environment.TERM ? `"${environment.TERM}"` : "not set"}`
    : undefined;
  if (why === undefined) return;
  throw new Failure(
    EXIT.usage,
    `Cannot draw a screen: ${why}; for text output run: xdptally ${
      interfaces.join(" ")
    }`,
  );
}
