/** Figure 7: the size of the executable. */
import { BINARY } from "../../tests/lib/xdptally.ts";
import type { Finding } from "../lib/figure.ts";
import { built } from "../lib/objects.ts";
import { tableLines } from "../lib/results.ts";

export function size(): Promise<Finding> {
  const files = {
    "xdptally": BINARY,
    "empty compiled program": built("empty"),
    "example": built("example"),
  };
  const empty = Deno.statSync(built("empty")).size;
  return Promise.resolve({
    title: "figure 7: size of the executable",
    lines: tableLines([
      ["", "MB", "/ empty"],
      ...Object.entries(files).map(([name, path]) => {
        const { size } = Deno.statSync(path);
        return [name, (size / 1e6).toFixed(1), (size / empty).toFixed(3)];
      }),
    ]),
    goals: [],
  });
}
