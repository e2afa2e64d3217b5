/** The formats of `report`, by the names that `--format` takes. */
import type { ReportFormatName } from "./choices.ts";
import { reportCsv } from "./format_csv.ts";
import { reportHtml } from "./format_html.ts";
import { reportJsonl } from "./format_jsonl.ts";
import { reportText } from "./format_text.ts";
import type { Report } from "./report.ts";
import type { BrokenLines } from "./sentences.ts";

/** Turns a report into the text that is printed. */
type ReportFormat = (report: Report, broken: BrokenLines) => string;

/**
 * To add a format, write its file, add its name in choices.ts, and enter it here.
 *
 * @example
 * REPORT_FORMATS.csv(reporter.finish(), { count: 0, examples: [] });
 */
export const REPORT_FORMATS: Readonly<Record<ReportFormatName, ReportFormat>> =
  {
    text: reportText,
    csv: reportCsv,
    jsonl: reportJsonl,
    html: reportHtml,
  };
