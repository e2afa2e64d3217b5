/** The keys of the screen: what each one does, and how help and footer call it. */
import type { Effect } from "./effect.ts";
import { interval } from "./numbers.ts";
import { longer, shorter } from "./intervals.ts";
import type { PressedKey } from "./key_decoder.ts";
import { EXPORT_WHAT, filterPrompt } from "./prompt.ts";
import { isFanOut } from "./fan_out.ts";
import { ROW_ORDERS } from "./row_order.ts";
import type { Body, Shown } from "./shown.ts";
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
  /** What must be on the screen; undefined: the rows. */
  readonly bodies?: readonly Body[];
  readonly press: (
    state: ViewState,
    key: PressedKey,
  ) => Effect | undefined | void;
}

const ROWS: readonly Body[] = ["rows"];
const ROWS_AND_DETAIL: readonly Body[] = ["rows", "detail"];
const ALL: readonly Body[] = ["rows", "detail", "help"];

/** All of them, in the order of help and footer. */
export const KEYS: readonly KeyBinding[] = [
  {
    keys: ["escape"],
    help: ["Esc", "back from an opened row, from the past, from the cursor"],
    footer: ({ body, ago }) =>
      body === "detail"
        ? ["Esc", "back"]
        : ago === undefined
        ? undefined
        : ["Esc", "to the present"],
    bodies: ROWS_AND_DETAIL,
    press: (state) => state.back(),
  },
  {
    keys: ["q"],
    help: ["q, Ctrl-C", "end, and detach; q: back from an opened row"],
    footer: ({ body }) => body === "detail" ? undefined : ["q", "quit"],
    bodies: ROWS_AND_DETAIL,
    press: (state) => {
      if (state.body !== "detail") return { kind: "quit" };
      state.close();
      return undefined;
    },
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
    keys: ["enter"],
    help: [
      "Enter",
      "open the row under the cursor: rates, parts, how to block",
    ],
    footer: () => ["Enter", "open"],
    press: (state) => state.open(),
  },
  {
    keys: ["[", "]", "{", "}"],
    help: [
      "[, ], {, }",
      "the tick before, the next one; a minute back, forward",
    ],
    footer: ({ ago }) =>
      ago === undefined ? ["[", "past"] : ["[ ] { }", "step"],
    bodies: ROWS_AND_DETAIL,
    press: (state, key) => {
      const seconds = key === "{" || key === "}" ? 60 : 0;
      state.step(key === "[" || key === "{" ? -1 : 1, seconds);
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
    bodies: ROWS_AND_DETAIL,
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
    help: ["e", "export the screen, or the run up to here, for report"],
    footer: () => ["e", "export"],
    press: (state) => {
      if (state.pane?.last !== undefined) state.prompt = EXPORT_WHAT;
    },
  },
  {
    keys: ["tab", "right", "l"],
    help: ["Tab, Right, l", "the next interface"],
    footer: ({ panes }) => panes.length > 1 ? ["Tab", "next"] : undefined,
    press: (state) => state.showNext(1),
  },
  {
    keys: ["backtab", "left", "h"],
    help: ["Shift-Tab, Left, h", "the interface before"],
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
    keys: ["up", "k", "down", "j"],
    help: ["Up, Down, k, j", "move the cursor; scroll an opened row, or this"],
    footer: ({ body }) => body === "rows" ? undefined : ["j k", "scroll"],
    bodies: ALL,
    press: (state, key) => state.move(key === "up" || key === "k" ? -1 : 1),
  },
  {
    keys: ["wheelup", "wheeldown"],
    help: ["mouse wheel", "the same, three rows at a time"],
    bodies: ALL,
    press: (state, key) => state.move(key === "wheelup" ? -3 : 3),
  },
  {
    keys: ["pageup", "pagedown", " "],
    help: ["Page Up, Page Down", "a screen back, forward; Space: forward"],
    bodies: ALL,
    press: (state, key) =>
      state.move(key === "pageup" ? -state.page : state.page),
  },
  {
    keys: ["home", "g", "end", "G"],
    help: ["Home, End, g, G", "to the first row, to the last"],
    bodies: ALL,
    press: (state, key) =>
      state.move(key === "home" || key === "g" ? -Infinity : Infinity),
  },
  {
    keys: ["redraw"],
    help: ["Ctrl-L", "draw the screen again"],
    bodies: ROWS_AND_DETAIL,
    press: () => ({ kind: "redraw" }),
  },
];

/** Those that have an effect while this is on the screen. */
export function bindingsOf(body: Body): readonly KeyBinding[] {
  return KEYS.filter(({ bodies = ROWS }) => bodies.includes(body));
}

/** The item after `item`; the first one after the last. */
function after<T>(items: readonly T[], item: T): T {
  return items[(items.indexOf(item) + 1) % items.length] ?? item;
}
