/** Makes the names of capture files, from time, host and interface (pure). */
import { FORMATS } from "./all.ts";
import type { Format } from "./format.ts";

/** The file or files that `-o` names. */
export interface FilePattern {
  /** A path with fields in it. */
  readonly path: string;
  /** The format that has its ending; undefined: none has. */
  readonly format: Format | undefined;
  readonly isGzip: boolean;
}

/** The values of the fields of a pattern. */
interface NameFields {
  readonly host: string;
  readonly interface: string;
  readonly time: Date;
  /** Time fields are in the local zone instead of UTC. */
  readonly isLocal: boolean;
}

/** The format of the files in a folder, unless `--format` says otherwise. */
const IN_FOLDERS = "jsonl";

/**
 * Reads the value of `-o`: a file, or a folder if it ends in a slash.
 *
 * @param format as `--format` asks for; it names the files in a folder
 * @throws {RangeError} why it cannot be used
 * @example
 * ```ts
 * parsePattern("/var/log/%i.jsonl.gz").isGzip; // true
 * ```
 */
export function parsePattern(text: string, format?: Format): FilePattern {
  const inFolder = format ?? FORMATS.find(({ name }) => name === IN_FOLDERS)!;
  const path = text.endsWith("/") ? text + inFolder.fileName : text;
  const unknown = /%(?![YmdHMSshi%])./s.exec(`${path} `.replaceAll("%%", ""));
  if (unknown !== null) {
    throw new RangeError(
      `there is no field "${
        unknown[0].trim()
      }"; there are %Y %m %d %H %M %S %s, %h host, %i interface, %% percent`,
    );
  }
  const isGzip = path.endsWith(".gz");
  const plain = isGzip ? path.slice(0, -".gz".length) : path;
  const found = FORMATS.find(({ endings }) =>
    endings.some((ending) => plain.endsWith(ending))
  );
  if (isGzip && (format ?? found)?.kind === "page") {
    throw new RangeError("nothing reads metrics that are compressed");
  }
  return { path, format: found, isGzip };
}

/** Fills in the fields of a pattern. @see strftime(3) */
export function fileName(
  { path }: Pick<FilePattern, "path">,
  fields: NameFields,
): string {
  const { host, interface: name, time, isLocal } = fields;
  const two = (value: number) => String(value).padStart(2, "0");
  const values: Record<string, () => string> = {
    Y: () => String(isLocal ? time.getFullYear() : time.getUTCFullYear()),
    m: () => two((isLocal ? time.getMonth() : time.getUTCMonth()) + 1),
    d: () => two(isLocal ? time.getDate() : time.getUTCDate()),
    H: () => two(isLocal ? time.getHours() : time.getUTCHours()),
    M: () => two(isLocal ? time.getMinutes() : time.getUTCMinutes()),
    S: () => two(isLocal ? time.getSeconds() : time.getUTCSeconds()),
    s: () => String(Math.floor(time.getTime() / 1000)),
    // A host's name must not lead out of the folder.
    h: () => host.replaceAll("/", "_"),
    i: () => name,
    "%": () => "%",
  };
  return path.replaceAll(/%(.)/gs, (_, field: string) => values[field]!());
}
