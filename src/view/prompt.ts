/** Edits the text that the user types in the footer. */
import type { PressedKey } from "./key_decoder.ts";

/** A prompt with what has been typed so far. */
export interface Prompt {
  readonly kind: "filter" | "export";
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

/** Prompts for a file to export to; `text` is a proposal. */
export function exportPrompt(text: string): Prompt {
  return { kind: "export", label: "Export to", text, before: text };
}

/** The prompt after a key other than enter; undefined: the key closes it. */
export function edited(prompt: Prompt, key: PressedKey): Prompt | undefined {
  const { text } = prompt;
  if (key === "escape") return undefined;
  if (key === "backspace") return { ...prompt, text: text.slice(0, -1) };
  if (key === "clear") return { ...prompt, text: "" };
  return key.length === 1 ? { ...prompt, text: text + key } : prompt;
}
