/** Reads the file of `--names`: a hosts file, or networks with labels. */
import { csvFields } from "../basics/csv_field.ts";
import { parseNetwork } from "../basics/network_filter.ts";
import { visible } from "../basics/visible.ts";
import type { LabelTable } from "./label_table.ts";
import { MOST_CHARACTERS } from "./naming.ts";

/** A network or address, then white space or a comma, then the rest. */
const LINE = /^([^\s,]+)(\s*,\s*|\s+)(.+)$/;
/** Of a link-local address in a hosts file; packets do not carry it. */
const ZONE = /%[^/]*$/;

/**
 * Adds the lines of a file to a table. Behind an address and a space or a tab there
 * are host names, of which the first one counts, as in hosts(5). Behind a network,
 * or a comma, the rest of the line is the label. `#` begins a comment.
 *
 * @throws {RangeError} which line is none of these, and why
 * @see hosts(5)
 *
 * @example
 * readNames("192.0.2.1 web1 www\n10.0.0.0/8 Head office\n", new LabelTable());
 */
export function readNames(text: string, table: LabelTable): void {
  const lines = text.split("\n");
  for (const [at, line] of lines.entries()) {
    const content = line.replace(/#.*/, "").trim();
    if (content === "") continue;
    try {
      addLine(content, table);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new RangeError(`line ${at + 1}: ${error.message}`);
    }
  }
}

function addLine(content: string, table: LabelTable): void {
  const [, place = content, separator = "", rest = ""] = LINE.exec(content) ??
    [];
  const { address, length } = networkOf(place);
  if (rest === "") {
    throw new RangeError(`"${shortened(place)}" has no name; add one`);
  }
  const label = separator.includes(",")
    ? cellOf(rest)
    : place.includes("/")
    ? rest
    : rest.split(/\s/)[0]!;
  if (label.includes("\ufffd")) {
    throw new RangeError("the name is not UTF-8; convert the file");
  }
  const name = visible(label);
  if (name.length > MOST_CHARACTERS) {
    throw new RangeError(
      `the name has more than ${MOST_CHARACTERS} characters; give a shorter one`,
    );
  }
  table.add(address, length, name);
}

function networkOf(place: string) {
  try {
    if (place.startsWith("!")) {
      throw new RangeError("not a network; leave the ! out");
    }
    return parseNetwork(place.replace(ZONE, ""));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RangeError(`"${shortened(place)}" is ${error.message}`);
  }
}

/** The cell behind the comma. @throws {RangeError} there are several, or it is empty */
function cellOf(rest: string): string {
  const [cell = "", ...others] = csvFields(rest) ?? ["", ""];
  if (others.length > 0) {
    throw new RangeError(
      "it has more than two columns; put a name with a comma into quotes",
    );
  }
  if (cell.trim() === "") throw new RangeError("the name is empty; add one");
  return cell.trim();
}

/** A word of a file may be a whole file. */
function shortened(word: string): string {
  return visible(word.length > 60 ? `${word.slice(0, 60)}…` : word);
}
