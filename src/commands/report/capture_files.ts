/** Finds the captures that the operands of `report` name: files, and those in folders. */
import { reasonOf } from "../../basics/reason.ts";
import { inReadingOrder } from "../../report/capture_names.ts";
import {
  type SkippedFiles,
  skippedKind,
  skippedText,
} from "./skipped_files.ts";

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
  const skipped: SkippedFiles = new Map();
  const before = found.unread.length;
  const files = filesIn(folder.replace(/(?<=.)\/+$/, ""), found, skipped);
  const what = skippedText(skipped);
  if (files.length === 0 && found.unread.length === before) {
    const also = what === "" ? "" : `, ${what}`;
    found.unread.push([`"${folder}"`, `no capture is in it${also}`]);
  } else if (what !== "") found.notices.push(`"${folder}": ${what}`);
  found.files.push(...files);
}

/** The captures in a folder and in those below it; links to folders are not followed. */
function filesIn(
  folder: string,
  found: Found,
  skipped: SkippedFiles,
): string[] {
  try {
    return [...Deno.readDirSync(folder)].flatMap((entry) => {
      const path = folder === "/"
        ? `/${entry.name}`
        : `${folder}/${entry.name}`;
      const isHidden = entry.name.startsWith(".");
      if (entry.isDirectory && !isHidden) return filesIn(path, found, skipped);
      const kind = isHidden ? "hidden" : skippedKind(path, entry);
      if (kind === undefined) return [path];
      skipped.set(kind, (skipped.get(kind) ?? 0) + 1);
      return [];
    });
  } catch (error) {
    found.unread.push([`"${folder}"`, reasonOf(error)]);
    return [];
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
