/** Reads capture files, plain or gzip. */
import { gunzipSync } from "node:zlib";
import type { JsonRecord } from "./xdptally.ts";

export function linesOf(path: string): string[] {
  const bytes = Deno.readFileSync(path);
  const text = new TextDecoder().decode(
    path.endsWith(".gz") ? gunzipSync(bytes) : bytes,
  );
  return text.split("\n").filter((line) => line !== "");
}

export function recordsOf(path: string): JsonRecord[] {
  return linesOf(path).map((line) => JSON.parse(line));
}
