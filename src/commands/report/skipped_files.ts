/** Decides which files of a folder are no captures, and says what they are. */
import { plural } from "../../basics/plural.ts";
import { isCaptureName, isTornName } from "../../report/capture_names.ts";
import { type FileKind, fileKindOf } from "../../report/file_kind.ts";
import { sampleOf } from "./capture_lines.ts";

/** Why a file is skipped; the word for one and for several. */
const KINDS = {
  metrics: ["page of metrics", "pages of metrics"],
  text: ["text capture", "text captures"],
  empty: ["empty", "empty"],
  torn: ["torn end", "torn ends"],
  hidden: ["hidden", "hidden"],
  special: ["FIFO, socket or device", "FIFOs, sockets or devices"],
  other: ["other", "others"],
} as const;
type SkippedKind = keyof typeof KINDS;

/** How many files of each kind are skipped. */
export type SkippedFiles = Map<SkippedKind, number>;

/** `skipped 3 files: 2 pages of metrics, 1 empty`; empty: there are none. */
export function skippedText(skipped: SkippedFiles): string {
  const total = [...skipped.values()].reduce((sum, count) => sum + count, 0);
  const kinds = Object.entries(KINDS).flatMap(([kind, [one, several]]) => {
    const count = skipped.get(kind as SkippedKind) ?? 0;
    return count === 0 ? [] : [`${count} ${count === 1 ? one : several}`];
  });
  return total === 0
    ? ""
    : `skipped ${plural(total, "file")}: ${kinds.join(", ")}`;
}

/**
 * Why a file of a folder is not read. Its contents decide; where they are unknown,
 * or cannot be read, its name does: a damaged capture must be named.
 *
 * @returns undefined: it is read
 */
export function skippedKind(
  path: string,
  { isFile, isSymlink }: Deno.DirEntry,
): SkippedKind | undefined {
  if (isTornName(path)) return "torn";
  const isCapture = isCaptureName(path);
  try {
    // Opening a FIFO waits for its writer, and a device may do anything.
    if (!isFile && !(isSymlink && Deno.statSync(path).isFile)) return "special";
    const kind = kindAt(path);
    if (kind === "capture" || kind === "other" && isCapture) return undefined;
    return kind;
  } catch {
    // Reading it says why it cannot be read. A link may lead nowhere.
    return isFile || isCapture ? undefined : "other";
  }
}

/** What a regular file is. @throws it cannot be read */
function kindAt(path: string): FileKind {
  using file = Deno.openSync(path);
  const { bytes, isDamaged } = sampleOf(file);
  const kind = fileKindOf(bytes);
  // What could not be decompressed may have been records.
  return kind === "empty" && isDamaged ? "other" : kind;
}
