/**
 * The values that options of `report` take. They have a file of their own so that
 * parsing a command line does not load the report itself.
 */

/** What the rows of a report can stand for. */
export const GROUP_BYS = ["source", "hour", "host", "interface"] as const;
export type GroupBy = typeof GROUP_BYS[number];

/** Each is a key of REPORT_FORMATS in formats.ts. */
export const REPORT_FORMAT_NAMES = ["text", "csv", "jsonl", "html"] as const;
export type ReportFormatName = typeof REPORT_FORMAT_NAMES[number];
