/** What each prompt does with the text that was typed. */
import type { Effect } from "./effect.ts";
import { viewLines } from "./export.ts";
import type { Prompt } from "./prompt.ts";
import { parseRowFilter } from "./row_filter.ts";
import type { ViewState } from "./view_state.ts";

/** By the kind of the prompt, once it is closed with enter. */
export const PROMPT_ACTIONS: Readonly<
  Record<Prompt["kind"], (state: ViewState, text: string) => Effect | undefined>
> = {
  filter: (state, text) => {
    try {
      const typed = text.trim();
      state.choose({
        filter: typed === "" ? undefined : parseRowFilter(typed),
      });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      state.say(`Cannot filter by "${text}": ${error.message}`, true);
    }
    return undefined;
  },
  export: ({ pane, rows, choice }, path) =>
    path === "" || pane?.last === undefined ? undefined : {
      kind: "export",
      path,
      text: viewLines(pane, pane.last, rows, choice),
    },
};
