/** What the names of files say: which are captures, and in which order captures are read. */

/** `x.jsonl`, and what rotation and compression add: `.1`, `-20260301`, `.2.gz`. */
const ROTATED = /^(.*\.(?:jsonl|csv))(?:[.-](\d[\d.-]*))?(?:\.gz)?$/;
/** Also with an ending that is not known: it is read, and named if it is no capture. */
const CAPTURE = /\.(?:jsonl|csv)(?:[.-].*)?$/;
/** What was cut off a capture is kept in such a file. */
const TORN = /\.torn(?:\.gz)?$/;

/** Whether a file's name says that it is a capture: -o wrote it, or rotation made it of such a file. */
export function isCaptureName(name: string): boolean {
  return CAPTURE.test(name) && !isTornName(name);
}

/** Whether a file holds what was cut off a capture. */
export function isTornName(name: string): boolean {
  return TORN.test(name);
}

/**
 * Orders paths: any order of the same ones becomes the same. Rotated files come
 * first, the oldest of them at the beginning, so that times mostly rise.
 */
export function inReadingOrder(a: string, b: string): number {
  const [one, other] = [placeOf(a), placeOf(b)];
  if (one.stem !== other.stem) return one.stem < other.stem ? -1 : 1;
  return one.age - other.age || (a < b ? -1 : a > b ? 1 : 0);
}

/** Standard input is read last. */
function placeOf(path: string): { stem: string; age: number } {
  if (path === "-") return { stem: "\uffff", age: 0 };
  const [, stem = path, suffix] = ROTATED.exec(path) ?? [];
  if (suffix === undefined) return { stem, age: Number.MAX_SAFE_INTEGER };
  const digits = Number(suffix.replaceAll(/[.-]/g, ""));
  // A date rises with time, the number of a rotation falls.
  return { stem, age: digits < 1e6 ? -digits : digits };
}
