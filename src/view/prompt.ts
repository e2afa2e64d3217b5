/** Edits the text that the user types in the footer. */
import type { PressedKey } from "./key_decoder.ts";

/** A prompt with what has been typed so far. */
export interface Prompt {
  readonly kind: "filter" | "exportWhat" | "screen" | "run";
  readonly label: string;
  readonly text: string;
  /** The text with which it was opened. */
  readonly before: string;
}

/** Prompts for a filter; `text` is the current one. */
export function filterPrompt(text: string): Prompt {
  const label = "Filter by networks or text (empty: all)";
  return { kind: "filter", label, text, before: text };
}

/** Asks what to export; one key answers. */
export const EXPORT_WHAT: Prompt = {
  kind: "exportWhat",
  label: "Export: s what this screen shows, r the run up to here",
  text: "",
  before: "",
};

/** Prompts for a file to export the screen or the run to; `text` is a proposal. */
export function exportPrompt(kind: "screen" | "run", text: string): Prompt {
  const label = kind === "screen"
    ? "Export the screen to"
    : "Export the run to";
  return { kind, label, text, before: text };
}

/** The prompt after a key other than enter; undefined: the key closes it. */
export function edited(prompt: Prompt, key: PressedKey): Prompt | undefined {
  const { text } = prompt;
  if (key === "escape") return undefined;
  if (key === "backspace") return { ...prompt, text: text.slice(0, -1) };
  if (key === "clear") return { ...prompt, text: "" };
  return key.length === 1 ? { ...prompt, text: text + key } : prompt;
}
