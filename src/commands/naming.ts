/** The options `--names` and `--mmdb`, and the files that they name. */
import { EXIT, Failure } from "../basics/errors.ts";
import { byText, type FieldName } from "../basics/keys.ts";
import { reasonOf } from "../basics/reason.ts";
import { texts, type Values } from "../cli/option.ts";
import { badValue } from "../cli/values.ts";
import { successor } from "../engine/rights.ts";
import { FileAccess } from "../files/file_access.ts";
import { LabelTable } from "../names/label_table.ts";
import { isNamed, Names } from "../names/names.ts";
import { readNames } from "../names/names_file.ts";
import type { NameSource } from "../names/naming.ts";
import type { User } from "../process/user.ts";

const MiB = 2 ** 20;
/** Bytes of a file: it is read whole, and kept. */
const MOST = { names: 64 * MiB, mmdb: 512 * MiB };

export const NAMING = {
  names: texts({
    name: "names",
    value: "FILE",
    help: "label addresses by a hosts file, or by networks",
    details:
      "Lines of FILE are those of a hosts file, or a network and a label: 10.0.0.0/8 Head office, with spaces, a tab or a comma between them. The longest prefix that contains an address decides, and of equal ones the first line. # begins a comment. May be given several times. The label is that of the source; where that is not counted, of the destination, else of the outer source.",
    completes: "files",
    isRare: true,
  }),
  mmdb: texts({
    name: "mmdb",
    value: "FILE",
    help: "name AS and country by a MaxMind database (.mmdb)",
    details:
      "A database in MaxMind's format that has AS numbers and names, or countries: GeoLite2-ASN, GeoLite2-Country, or one of another maker. May be given several times: of each field the first file counts that knows it. Files of --names and --mmdb are read once, at the start.",
    completes: "files",
    isRare: true,
  }),
};

/**
 * What the files of the options know; undefined: none is named. They are opened as
 * the user that a run becomes; of root's own files also those that only root may
 * read.
 *
 * @param user as `--user` has it
 * @throws {Failure} exit code 2: a file cannot be used, and why
 */
export async function openNames(
  { names, mmdb }: Values<typeof NAMING>,
  user?: string,
): Promise<Names | undefined> {
  if (names.length === 0 && mmdb.length === 0) return undefined;
  const reader = successor(user);
  const labels = new LabelTable();
  for (const path of names) {
    const text = new TextDecoder().decode(contentOf("names", path, reader));
    usable("names", path, () => readNames(text, labels));
  }
  const sources: NameSource[] = names.length === 0 ? [] : [labels];
  for (const path of mmdb) {
    const { Database } = await import("../names/database.ts");
    const bytes = contentOf("mmdb", path, reader);
    sources.push(usable("mmdb", path, () => Database.open(bytes)));
  }
  return new Names(sources);
}

/** @throws {Failure} exit code 2: names are asked for, and rows have no address */
export function requireNamed(
  names: Names | undefined,
  fields: readonly FieldName[],
): void {
  if (names === undefined || isNamed(fields)) return;
  throw new Failure(
    EXIT.usage,
    `Cannot name rows by ${
      byText({ fields })
    }: they have no address; add source to --by, or leave --names and --mmdb out`,
  );
}

/** The bytes of a file, opened as a user. @throws {Failure} exit code 2 */
function contentOf(
  option: keyof typeof MOST,
  path: string,
  user: User | undefined,
): Uint8Array<ArrayBuffer> {
  const most = MOST[option];
  try {
    using file = new FileAccess(user).read(path);
    if (file === undefined) throw new Error("there is no such file");
    const { size } = file.statSync();
    if (size > most) {
      throw new Error(`it has more than ${most / MiB} MiB`);
    }
    const bytes = new Uint8Array(size);
    let length = 0;
    for (let read; (read = file.readSync(bytes.subarray(length))) !== null;) {
      if (read === 0) break;
      length += read;
    }
    return bytes.subarray(0, length);
  } catch (error) {
    const remedy = user === undefined
      ? "name a readable file"
      : `name a file that user "${user.name}" may read, or that is root's own`;
    throw badValue(option, path, `${reasonOf(error)}; ${remedy}`);
  }
}

/** What `read` makes of a file. @throws {Failure} exit code 2, with why it cannot */
function usable<Value>(
  option: keyof typeof MOST,
  path: string,
  read: () => Value,
): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw badValue(option, path, error.message);
  }
}
