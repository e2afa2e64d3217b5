/** What each prompt does with the text that was typed. */
import type { Effect } from "./effect.ts";
import { runLines, screenLines } from "./export.ts";
import type { Pane } from "./pane.ts";
import type { Prompt } from "./prompt.ts";
import { parseRowFilter, type RowFilter } from "./row_filter.ts";
import type { ViewState } from "./view_state.ts";

/** What a kind of prompt does. */
interface PromptAction {
  /** While it is open, with the text up to here; with the first one after escape. */
  readonly typed?: (
    state: ViewState,
    text: string,
  ) => Effect | undefined | void;
  /** Once it is closed with enter. */
  readonly enter: (state: ViewState, text: string) => Effect | undefined;
}

export const PROMPT_ACTIONS: Readonly<Record<Prompt["kind"], PromptAction>> = {
  filter: {
    typed(state, text) {
      const filter = filterOf(text);
      // A network that is not typed to its end keeps what was there.
      if (!(filter instanceof RangeError)) state.choose({ filter });
    },
    enter(state, text) {
      const filter = filterOf(text);
      const why = filter instanceof RangeError
        ? filter.message
        : filter?.isOfSources && !state.pane?.start.by.includes("source")
        ? "sources are not counted here; b changes what is counted"
        : undefined;
      if (why === undefined) return undefined; // applied while it was typed
      state.choose({ filter: undefined });
      state.say(`Cannot filter: ${why}`, true);
      return undefined;
    },
  },
  exportWhat: {
    typed(state, text) {
      state.prompt = undefined;
      const what = ANSWERS[text];
      return what && { kind: "askExport", what };
    },
    enter: () => ({ kind: "askExport", what: "screen" }),
  },
  screen: {
    enter: ({ pane, chosen, choice }, path) =>
      path === "" || pane?.last === undefined ? undefined : {
        kind: "export",
        path,
        text: screenLines(pane, pane.last, chosen, choice),
      },
  },
  run: {
    enter: ({ present: pane }, path) =>
      path === "" || pane?.last === undefined ? undefined : {
        kind: "export",
        path,
        text: runLines(pane, pane.last),
        note: forgottenNote(pane),
      },
  },
};

const ANSWERS: Readonly<Record<string, "screen" | "run">> = {
  s: "screen",
  r: "run",
};

/** What an export of the run lacks. */
function forgottenNote({ start, history }: Pane): string | undefined {
  const first = history.ticksOf(start).next().value?.last.seq ?? 1;
  return first > 1
    ? `without ticks 1 to ${first - 1}, which are not kept any more`
    : undefined;
}

/** The filter of a text, undefined for none; or why there is no such filter. */
function filterOf(text: string): RowFilter | undefined | RangeError {
  const typed = text.trim();
  try {
    return typed === "" ? undefined : parseRowFilter(typed);
  } catch (error) {
    if (error instanceof RangeError) return error;
    throw error;
  }
}
