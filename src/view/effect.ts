/** What keys ask of the program. */
import type { FieldName } from "../basics/keys.ts";

/** What a key requires; everything else the view does itself. */
export type Effect =
  | { readonly kind: "quit" | "redraw" }
  | { readonly kind: "askExport"; readonly what: "screen" | "run" }
  /** Count by these fields from now on: a new run. */
  | { readonly kind: "recount"; readonly fields: readonly FieldName[] }
  | { readonly kind: "dns"; readonly isOn: boolean }
  | { readonly kind: "interval"; readonly interval: number }
  | {
    readonly kind: "export";
    readonly path: string;
    readonly text: string;
    /** What it lacks. */
    readonly note?: string | undefined;
  };
