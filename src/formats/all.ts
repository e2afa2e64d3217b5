/** Lists the output formats in the order of the help; the first is the default. */
import { csv } from "./csv.ts";
import type { Format } from "./format.ts";
import { jsonl } from "./jsonl.ts";
import { prom } from "./prom.ts";
import { text } from "./text.ts";

export const FORMATS: readonly Format[] = [text, jsonl, csv, prom];
