import type { WatchOptions } from "../watch/parse.ts";
import type { TopOptions } from "./options.ts";
import { EXIT, type ExitCode, Failure } from "../../basics/errors.ts";
import { BY_SOURCE } from "../../basics/keys.ts";
import { diagnosticsLog, writeStderr } from "../../process/log.ts";
import { Screen } from "./screen.ts";
import { openStdout } from "../../sinks/stream.ts";
import { Terminal } from "./terminal.ts";
import type { StopRequest } from "../../process/stop_request.ts";
import { depthOf, hasUnicode, isDumb } from "../../view/palette.ts";
import { ASCII, UNICODE } from "../../view/spark.ts";
import { View } from "../../view/view.ts";
import { Keyboard } from "./keyboard.ts";
import type { Loop } from "../../engine/loop.ts";
import { count } from "../../engine/session.ts";

/** Rows of the summary that stays when the screen is gone. */
const SUMMARY_ROWS = 10;

/** Counts with a live view on the whole terminal. */
export async function top(options: TopOptions): Promise<ExitCode> {
  const environment = Deno.env.toObject();
  requireTerminal(options, environment);
  const view = new View({
    sort: options.sort,
    interval: options.interval,
    glyphs: hasUnicode(environment) ? UNICODE : ASCII,
  });
  const depth = options.hasColour ? depthOf(environment) : "none";

  const held: string[] = [];
  const terminal = new Terminal();
  const log = diagnosticsLog("normal", (line, isNotice) => {
    if (terminal.isOpen) held.push(line);
    else writeStderr(line);
    // The header says what the notices of the start do.
    if (!terminal.isOpen && isNotice) return;
    view.say(line.replace(/^xdptally: /, "").trimEnd(), !isNotice);
  });
  const running: { stop?: StopRequest; loop?: Loop } = {};
  const end = () => running.stop?.request();
  const screen = new Screen(view, terminal, depth, {
    start: () => {
      if (terminal.isOpen) return;
      terminal.open();
      keyboard.listen().catch(end);
    },
    gone: end,
  });
  const keyboard = new Keyboard(view, screen, {
    end,
    setInterval: (interval) => running.loop?.setInterval(interval),
  });

  let exitCode: ExitCode;
  try {
    exitCode = await count(watchOptions(options), log, {
      signals: {
        SIGQUIT: end,
        SIGUSR1: () => screen.redraw(),
        SIGWINCH: () => screen.redraw(),
        SIGTSTP: () => {
          screen.hold().then(() => {
            terminal.suspend();
            Deno.kill(Deno.pid, "SIGSTOP");
          });
        },
        SIGCONT: () => {
          terminal.resume();
          screen.release();
        },
      },
      openSink: (stop) => {
        running.stop = stop;
        return screen;
      },
      begin: (loop) => running.loop = loop,
    });
  } finally {
    await screen.hold();
    terminal[Symbol.dispose]();
    for (const line of held) writeStderr(line);
  }
  const stdout = openStdout();
  stdout.add(screen.summary);
  await stdout.flush();
  return exitCode;
}

/** @throws {Failure} there is nothing to draw on */
function requireTerminal(
  { interfaces }: TopOptions,
  environment: Record<string, string>,
): void {
  const why = !Deno.stdout.isTerminal()
    ? "stdout is no terminal"
    : !Deno.stdin.isTerminal()
    ? "stdin is no terminal"
    : isDumb(environment)
    ? `the terminal cannot (TERM is ${
      environment.TERM ? `"${environment.TERM}"` : "not set"
    })`
    : undefined;
  if (why === undefined) return;
  throw new Failure(
    EXIT.usage,
    `Cannot draw on the screen: ${why}; use the plain mode: xdptally ${
      interfaces.join(" ")
    }`,
  );
}

/** A live view is a watch without an end, whose ticks have all rows. */
function watchOptions(options: TopOptions): WatchOptions {
  return {
    ...options,
    count: undefined,
    duration: undefined,
    top: 0,
    endTop: SUMMARY_ROWS,
    labels: undefined,
    listen: undefined,
    keying: BY_SOURCE,
    filter: undefined,
    filterText: undefined,
    directions: ["in"],
    hook: "xdp",
    sort: "packets",
    format: "text",
    output: undefined,
    isLocal: false,
    isSynced: false,
    isAligned: false,
    splay: 0,
    wait: 0,
    waitsForInterface: false,
    exitOver: undefined,
    isQuiet: false,
    verbosity: 0,
  };
}
