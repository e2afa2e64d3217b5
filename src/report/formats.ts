/** The formats of `report`, by the names that `--format` takes. */
import { reportCsv } from "./format_csv.ts";
import { reportHtml } from "./format_html.ts";
import { reportJsonl } from "./format_jsonl.ts";
import { reportText } from "./format_text.ts";
import type { Problems } from "./problems.ts";
import type { Report } from "./reporter.ts";

interface ReportFormat {
  /** Turns a report into the text that is printed. */
  readonly write: (report: Report, problems: Problems) => string;
  /** It draws the first groups over time. */
  readonly hasSeries: boolean;
  /** It says what is missing; otherwise stderr must. */
  readonly hasDoubts: boolean;
}

/**
 * @example
 * REPORT_FORMATS.csv.write(reporter.finish(), new Problems());
 */
export const REPORT_FORMATS = {
  text: { write: reportText, hasSeries: false, hasDoubts: true },
  csv: { write: reportCsv, hasSeries: false, hasDoubts: false },
  jsonl: { write: reportJsonl, hasSeries: false, hasDoubts: true },
  html: { write: reportHtml, hasSeries: true, hasDoubts: true },
} as const satisfies Record<string, ReportFormat>;

/** The words of `--format`. */
export const REPORT_FORMAT_NAMES = Object.keys(
  REPORT_FORMATS,
) as (keyof typeof REPORT_FORMATS)[];
