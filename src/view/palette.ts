/** The colours of the screen, and what the environment says the terminal can show. */
import {
  BOLD,
  type Colour,
  COLOURS,
  DIM,
  REVERSE,
  type Style,
} from "./cells.ts";

/** How many colours a terminal has; `true` is 24 bits. */
export type ColourDepth = "none" | "16" | "256" | "true";

/** Environment variables that describe the terminal. */
type Environment = Readonly<Record<string, string | undefined>>;

/** The colours of the terminal, by NO_COLOR, COLORTERM and TERM. @see https://no-color.org */
export function depthOf(
  { NO_COLOR, COLORTERM, TERM }: Environment,
): ColourDepth {
  if (NO_COLOR) return "none";
  if (COLORTERM === "truecolor" || COLORTERM === "24bit") return "true";
  return TERM?.includes("256color") ? "256" : "16";
}

/** Whether the locale is UTF-8, which bars and sparklines need. */
export function hasUnicode({ LC_ALL, LC_CTYPE, LANG }: Environment): boolean {
  return /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || "");
}

/** Whether the terminal lacks sequences that move the cursor. */
export function isDumb({ TERM }: Environment): boolean {
  return !TERM || TERM === "dumb";
}

/** SGR parameters of each colour, by depth; legible on dark and on light backgrounds. */
const SGR: Record<Exclude<ColourDepth, "none">, Record<Colour, string>> = {
  "16": {
    plain: "",
    accent: "36",
    good: "32",
    alarm: "31",
    heat0: "32",
    heat1: "32",
    heat2: "33",
    heat3: "31",
    heat4: "31",
  },
  "256": {
    plain: "",
    accent: "38;5;37",
    good: "38;5;71",
    alarm: "38;5;167",
    heat0: "38;5;71",
    heat1: "38;5;107",
    heat2: "38;5;178",
    heat3: "38;5;172",
    heat4: "38;5;167",
  },
  "true": {
    plain: "",
    accent: "38;2;42;161;179",
    good: "38;2;95;175;95",
    alarm: "38;2;222;82;74",
    heat0: "38;2;95;175;95",
    heat1: "38;2;140;175;75",
    heat2: "38;2;209;166;52",
    heat3: "38;2;219;124;51",
    heat4: "38;2;222;82;74",
  },
};

/** The escape sequence that sets exactly this style, whichever was set before. */
export function sgr(style: Style, depth: ColourDepth): string {
  const parameters = [
    ...(style & BOLD ? ["1"] : []),
    ...(style & DIM ? ["2"] : []),
    ...(style & REVERSE ? ["7"] : []),
  ];
  const name = COLOURS[style & 15]!;
  const colour = depth === "none" ? "" : SGR[depth][name];
  if (colour !== "") parameters.push(colour);
  return `\x1b[${["", ...parameters].join(";")}m`;
}
