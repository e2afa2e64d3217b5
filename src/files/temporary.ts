/** Makes files, and temporary ones whose names nobody can guess. */
import { call, ERRNO } from "../ffi/errno.ts";
import { libc } from "../ffi/libc.ts";
import { cString } from "../ffi/memory.ts";
import {
  Descriptor,
  FileError,
  ifThere,
  onFiles,
  OPEN,
  refusal,
} from "./descriptor.ts";

/** Makes a file; undefined: something has that name. @throws {FileError} */
export function make(
  folder: Descriptor,
  name: string,
  mode: number,
): Descriptor | undefined {
  const flags = OPEN.readWrite | OPEN.create | OPEN.exclusive;
  try {
    return Descriptor.open(folder.number, name, flags, mode);
  } catch (error) {
    if (error instanceof FileError && error.errno === ERRNO.EEXIST) return;
    throw error;
  }
}

/** Temporary files of a file are named `.NAME.`, random hex digits, `.tmp`. */
const SUFFIX = ".tmp";
const prefixOf = (name: string) => `.${name}.`;

/**
 * Uses a temporary file, and removes it unless it has taken the name of the file
 * that it is for.
 *
 * @param name of the file that it is for, in the same folder
 * @param use gets the file, and what renames it
 * @throws {FileError}; what `use` throws
 */
export function withTemporary(
  folder: Descriptor,
  name: string,
  mode: number,
  use: (file: Descriptor, takeName: () => void) => void,
): void {
  const { number } = folder;
  const random = crypto.getRandomValues(new Uint8Array(8)).toHex();
  const temporary = prefixOf(name) + random + SUFFIX;
  using made = make(folder, temporary, mode);
  if (made === undefined) throw refusal(ERRNO.EEXIST);
  const [from, to] = [cString(temporary), cString(name)];
  let isThere = true;
  try {
    use(made, () => {
      onFiles(() => call(libc, "renameat", number, from, number, to));
      isThere = false;
    });
  } finally {
    if (isThere) libc.unlinkat(number, from, 0);
  }
}

/**
 * Removes the temporary files of a file: a killed run leaves one.
 *
 * @param owners whose files are removed; undefined: the kernel decides
 * @throws {FileError}
 */
export function removeTemporaries(
  folder: Descriptor,
  name: string,
  owners: ReadonlySet<number> | undefined,
): void {
  const prefix = prefixOf(name);
  const isTemporary = (name: string) => {
    const random = name.slice(prefix.length, -SUFFIX.length);
    return name === prefix + random + SUFFIX && /^[0-9a-f]{16}$/.test(random);
  };
  for (const { name, isFile } of Deno.readDirSync(folder.path)) {
    if (!isFile || !isTemporary(name)) continue;
    ifThere(() => {
      using file = Descriptor.open(folder.number, name, OPEN.path);
      if (owners?.has(file.status().owner) === false) return;
      onFiles(() => call(libc, "unlinkat", folder.number, cString(name), 0));
    });
  }
}
