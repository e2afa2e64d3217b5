import {
  BOLD,
  type Colour,
  COLOURS,
  DIM,
  REVERSE,
  type Style,
} from "./cells.ts";

/** How many colours a terminal has. */
export type ColourDepth = "none" | "16" | "256" | "true";

/** The variables of the environment that say what a terminal can do. */
type Environment = Readonly<Record<string, string | undefined>>;

/** @see https://no-color.org; COLORTERM and TERM as terminals set them */
export function depthOf(
  { NO_COLOR, COLORTERM, TERM }: Environment,
): ColourDepth {
  if (NO_COLOR) return "none";
  if (COLORTERM === "truecolor" || COLORTERM === "24bit") return "true";
  return TERM?.includes("256color") ? "256" : "16";
}

/** Whether the locale has the characters of bars and sparklines. */
export function hasUnicode({ LC_ALL, LC_CTYPE, LANG }: Environment): boolean {
  return /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || "");
}

/** Whether sequences that move the cursor would be understood. */
export function isDumb({ TERM }: Environment): boolean {
  return !TERM || TERM === "dumb";
}

/** SGR parameters of a colour, by depth; chosen to be read on dark and on light. */
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

/** The escape sequence that gives exactly this style, whatever was before. */
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
