/** The formats of `report`, by the names that `--format` takes. */
import { reportCsv } from "./format_csv.ts";
import { reportHtml } from "./format_html.ts";
import { reportJsonl } from "./format_jsonl.ts";
import { reportText } from "./format_text.ts";
import type { Report } from "./reporter.ts";
import type { BrokenLines } from "./sentences.ts";

/** Turns a report into the text that is printed. */
type ReportFormat = (report: Report, broken: BrokenLines) => string;

/**
 * @example
 * REPORT_FORMATS.csv(reporter.finish(), { count: 0, examples: [] });
 */
export const REPORT_FORMATS = {
  text: reportText,
  csv: reportCsv,
  jsonl: reportJsonl,
  html: reportHtml,
} as const satisfies Record<string, ReportFormat>;

/** The words of `--format`. */
export const REPORT_FORMAT_NAMES = Object.keys(
  REPORT_FORMATS,
) as (keyof typeof REPORT_FORMATS)[];
