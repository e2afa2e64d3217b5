/** The keys of the screen: what each one does, and how help and footer call it. */
import type { Effect } from "./effect.ts";
import { interval } from "./numbers.ts";
import { longer, shorter } from "./intervals.ts";
import type { PressedKey } from "./key_decoder.ts";
import { filterPrompt } from "./prompt.ts";
import { isFanOut } from "./fan_out.ts";
import { ROW_ORDERS } from "./row_order.ts";
import type { Shown } from "./shown.ts";
import type { ViewState } from "./view_state.ts";

/** Keys that belong together. */
interface KeyBinding {
  /** The keys, as key_decoder.ts names them. */
  readonly keys: readonly PressedKey[];
  /** For the help and the man page. */
  readonly help: readonly [names: string, text: string];
  /** For the footer; undefined: it is not there. */
  readonly footer?: (
    shown: Shown,
  ) => readonly [name: string, text: string] | undefined;
  readonly press: (
    state: ViewState,
    key: PressedKey,
  ) => Effect | undefined | void;
}

/** All of them, in the order of help and footer. */
export const KEYS: readonly KeyBinding[] = [
  {
    keys: ["q"],
    help: ["q, Ctrl-C", "end, and detach"],
    footer: () => ["q", "quit"],
    press: () => ({ kind: "quit" }),
  },
  {
    keys: ["?"],
    help: ["?", "show the keys; again: back"],
    footer: () => ["?", "help"],
    press: (state) => {
      state.body = "help";
    },
  },
  {
    keys: ["s"],
    help: [
      "s",
      "sort by packets, bytes, address, the newest first, or fan-out",
    ],
    footer: () => ["s", "sort"],
    press: (state) => {
      const { choice: { sort }, chosen: { fanOut } } = state;
      const orders = ROW_ORDERS.filter((order) =>
        !isFanOut(order) || fanOut.includes(order)
      );
      state.choose({ sort: after(orders, sort) });
    },
  },
  {
    keys: ["b"],
    help: ["b", "by address, /24 and /64, destination, protocol, port …"],
    footer: () => ["b", "by"],
    press: (state) => state.showNextGrouping(),
  },
  {
    keys: ["d"],
    help: ["d", "delta (the last tick) or total (the run)"],
    footer: ({ choice }) => ["d", choice.scope === "tick" ? "total" : "delta"],
    press: (state) =>
      state.choose({ scope: state.choice.scope === "tick" ? "run" : "tick" }),
  },
  {
    keys: ["p"],
    help: ["p", "pause: the screen stands still, the counting goes on"],
    footer: ({ isPaused }) => ["p", isPaused ? "go on" : "pause"],
    press: (state) => state.togglePause(),
  },
  {
    keys: ["/"],
    help: [
      "/",
      "filter: 10.0.0.0/8,!10.1.0.0/16, as --filter, or a part of a row's name",
    ],
    footer: () => ["/", "filter"],
    press: (state) => {
      state.prompt = filterPrompt(state.choice.filter?.text ?? "");
    },
  },
  {
    keys: ["e"],
    help: ["e", "export the rows that the filter leaves, as JSON Lines"],
    footer: () => ["e", "export"],
    press: ({ pane }) =>
      pane?.last === undefined ? undefined : { kind: "askExport" },
  },
  {
    keys: ["tab", "right"],
    help: ["Tab, Right", "the next interface"],
    footer: ({ panes }) => panes.length > 1 ? ["Tab", "next"] : undefined,
    press: (state) => state.showNext(1),
  },
  {
    keys: ["backtab", "left"],
    help: ["Shift-Tab, Left", "the interface before"],
    press: (state) => state.showNext(-1),
  },
  {
    keys: ["+", "=", "-"],
    help: ["+, -", "longer or shorter interval"],
    footer: (shown) => ["+ -", interval(shown.interval)],
    press: (state, key) => {
      const next = key === "-" ? shorter : longer;
      const changed = next(state.interval);
      if (changed === undefined) return undefined;
      state.interval = changed;
      return { kind: "interval", interval: changed };
    },
  },
  {
    keys: ["n"],
    help: [
      "n",
      "ask DNS for the names of the addresses on the screen; again: stop",
    ],
    footer: ({ choice }) => ["n", choice.hasDns ? "no names" : "names"],
    press: (state) => {
      const isOn = !state.choice.hasDns;
      state.choose({ hasDns: isOn });
      return { kind: "dns", isOn };
    },
  },
  {
    keys: ["L"],
    help: ["L", "bars on a logarithmic scale; again: linear"],
    press: (state) => state.choose({ isLog: !state.choice.isLog }),
  },
  {
    keys: ["4", "6"],
    help: ["4, 6", "only IPv4, only IPv6; again: both"],
    footer: () => ["4 6", "family"],
    press: (state, key) => {
      const family = key === "4" ? 4 : 6;
      const { choice } = state;
      state.choose({ family: choice.family === family ? undefined : family });
    },
  },
  {
    keys: ["up", "down", "pageup", "pagedown", "home", "end"],
    help: ["Up, Down", "scroll a row; Page Up, Page Down: a screen; Home, End"],
    press: (state, key) => {
      const { offset, page } = state;
      const offsets: Record<PressedKey, number> = {
        up: offset - 1,
        down: offset + 1,
        pageup: offset - page,
        pagedown: offset + page,
        home: 0,
        end: Infinity,
      };
      state.scrollTo(offsets[key]!);
    },
  },
  {
    keys: ["redraw"],
    help: ["Ctrl-L", "draw the screen again"],
    press: () => ({ kind: "redraw" }),
  },
];

/** The item after `item`; the first one after the last. */
function after<T>(items: readonly T[], item: T): T {
  return items[(items.indexOf(item) + 1) % items.length] ?? item;
}
