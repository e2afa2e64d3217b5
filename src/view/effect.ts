/** What a key requires from the program; everything else the view does itself. */
export type Effect =
  | { readonly kind: "quit" | "redraw" | "askExport" }
  | { readonly kind: "interval"; readonly interval: number }
  | { readonly kind: "export"; readonly path: string; readonly text: string };
