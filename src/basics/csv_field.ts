/** Quotes a field of CSV, for captures and reports. */

/**
 * A field of a CSV record: in double quotes if it contains a quote, a comma or
 * a line break. @see RFC 4180, section 2
 *
 * @example
 * csvField('say "hi"'); // '"say ""hi"""'
 */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
