/** Writes and reads fields of CSV, for captures and reports. */

/** What a spreadsheet takes for a formula, and the sign that tells it that it is text. */
const FORMULA = /^[=+\-@\t\r']/;
const TEXT = "'";

/**
 * A field of a CSV record: in double quotes if it contains a quote, a comma or
 * a line break. An apostrophe comes before what a spreadsheet would compute, and
 * before an apostrophe, so that `csvFields` can take it off again.
 *
 * @see RFC 4180, section 2
 *
 * @example
 * csvField('say "hi"'); // '"say ""hi"""'
 * csvField("=1+1"); // "'=1+1"
 */
export function csvField(text: string): string {
  const shown = FORMULA.test(text) ? `${TEXT}${text}` : text;
  return /[",\r\n]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
}

/**
 * Reads a record that `csvField` wrote the fields of; a CR at its end does not
 * belong to it.
 *
 * @returns undefined: it is not a record of CSV, or goes on in the next line
 *
 * @example
 * csvFields(`"a,1",'=1+1`); // ["a,1", "=1+1"]
 */
export function csvFields(line: string): string[] | undefined {
  const record = line.endsWith("\r") ? line.slice(0, -1) : line;
  if (!record.includes('"')) return record.split(",").map(withoutSign);
  const FIELD = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;
  const fields: string[] = [];
  for (let hasNext = true; hasNext;) {
    const found = FIELD.exec(record);
    if (found === null) return undefined;
    const [, quoted, plain = "", comma] = found;
    fields.push(withoutSign(quoted?.replaceAll('""', '"') ?? plain));
    hasNext = comma === ",";
  }
  return fields;
}

function withoutSign(field: string): string {
  return field.startsWith(TEXT) ? field.slice(TEXT.length) : field;
}
