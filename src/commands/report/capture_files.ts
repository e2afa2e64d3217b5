/** Finds the captures that the operands of `report` name: files, and those in folders. */
import { plural } from "../../basics/plural.ts";
import { reasonOf } from "../../basics/reason.ts";
import {
  endingOf,
  inReadingOrder,
  isCaptureName,
} from "../../report/capture_names.ts";

/** The captures, in the order in which they are read, and what is said about them. */
interface CaptureFiles {
  readonly files: readonly string[];
  /** What was skipped, for a notice. */
  readonly notices: readonly string[];
  /** Folders that could not be read, or have no capture, and why. */
  readonly unread: readonly (readonly [folder: string, why: string])[];
}

type Found = { files: string[]; notices: string[]; unread: [string, string][] };

/** Standard input. */
export const STDIN = "-";

/** Finds each file once, however often it is named. */
export function findCaptures(operands: readonly string[]): CaptureFiles {
  const found: Found = { files: [], notices: [], unread: [] };
  for (const operand of [...operands].sort(inReadingOrder)) {
    if (isFolder(operand)) addFolder(operand, found);
    else found.files.push(operand);
  }
  const files = new Map<string, string>();
  for (const file of found.files.sort(inReadingOrder)) {
    const id = idOf(file);
    const known = files.get(id);
    if (known === undefined) files.set(id, file);
    else {
      found.notices.push(
        `"${file}" is ${
          known === file ? "named twice" : `the same file as "${known}"`
        }: it is read once`,
      );
    }
  }
  return { ...found, files: [...files.values()] };
}

function addFolder(folder: string, found: Found): void {
  const skipped = new Map<string, number>();
  const files: string[] = [];
  for (const path of filesIn(folder.replace(/(?<=.)\/+$/, ""), found)) {
    if (isCaptureName(path)) files.push(path);
    else {
      const ending = endingOf(path);
      skipped.set(ending, (skipped.get(ending) ?? 0) + 1);
    }
  }
  const total = [...skipped.values()].reduce((sum, count) => sum + count, 0);
  const what = `skipped ${plural(total, "file")} that ${
    total === 1 ? "is" : "are"
  } not JSON Lines or CSV (${
    [...skipped].sort().map(([ending, count]) => `${count} ${ending}`)
      .join(", ")
  })`;
  if (files.length === 0 && found.unread.length === 0) {
    const also = total > 0 ? `, ${what}` : "";
    found.unread.push([`"${folder}"`, `no capture is in it${also}`]);
  } else if (total > 0) found.notices.push(`"${folder}": ${what}`);
  found.files.push(...files);
}

/** The files in a folder and in those below it; links to folders are not followed. */
function filesIn(folder: string, found: Found): string[] {
  try {
    return [...Deno.readDirSync(folder)].flatMap((entry) => {
      const path = folder === "/"
        ? `/${entry.name}`
        : `${folder}/${entry.name}`;
      if (entry.isDirectory) return filesIn(path, found);
      return entry.isFile || entry.isSymlink && isFileAt(path) ? [path] : [];
    });
  } catch (error) {
    found.unread.push([`"${folder}"`, reasonOf(error)]);
    return [];
  }
}

function isFileAt(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return true; // reading it says why it cannot be read
  }
}

function isFolder(path: string): boolean {
  try {
    return path !== STDIN && Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

/** Equal for paths of the same regular file. */
function idOf(path: string): string {
  if (path === STDIN) return path;
  try {
    const { dev, ino, isFile } = Deno.statSync(path);
    return isFile ? `${dev} ${ino}` : `path ${path}`;
  } catch {
    return `path ${path}`;
  }
}
