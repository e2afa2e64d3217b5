/** Names of capture files: strftime fields, host and interface (pure). */

/** Formats whose records are written one after the other. */
export type RecordFormat = "text" | "jsonl" | "csv";
/** Or, with `prom`, a page that is replaced at each tick. */
export type FormatName = RecordFormat | "prom";

/** What `-o` names. */
export interface FilePattern {
  /** A path with fields in it; an ending slash was completed. */
  readonly path: string;
  /** The format by the ending; undefined: it has none that is known. */
  readonly format: FormatName | undefined;
  readonly isGzip: boolean;
}

/** What the fields of a pattern stand for. */
interface NameFields {
  readonly host: string;
  readonly interface: string;
  readonly time: Date;
  /** Fields of the time in the local zone instead of UTC. */
  readonly isLocal: boolean;
}

const ENDINGS: Record<string, FormatName> = {
  ".txt": "text",
  ".jsonl": "jsonl",
  ".csv": "csv",
  ".prom": "prom",
};

/** Files in a folder, by what is in them: one a day, or the one page. */
const NAMES: Record<FormatName, string> = {
  text: "%h-%i-%Y%m%d.txt",
  jsonl: "%h-%i-%Y%m%d.jsonl",
  csv: "%h-%i-%Y%m%d.csv",
  prom: "xdptally-%i.prom",
};

/**
 * Reads `-o`: a file, or a folder that ends in a slash.
 *
 * @param format what `--format` asks for: it names the files in a folder
 * @throws {RangeError} why it cannot be used
 */
export function parsePattern(
  text: string,
  format?: FormatName,
): FilePattern {
  const path = text.endsWith("/") ? text + NAMES[format ?? "jsonl"] : text;
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
  const known = Object.keys(ENDINGS).find((ending) => plain.endsWith(ending));
  const found = known === undefined ? undefined : ENDINGS[known];
  if (isGzip && (format ?? found) === "prom") {
    throw new RangeError("nothing reads metrics that are compressed");
  }
  return { path, format: found, isGzip };
}

/** The path of a pattern at a time. @see strftime(3) */
export function fileName(pattern: FilePattern, fields: NameFields): string {
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
    // A name must not lead out of the folder.
    h: () => host.replaceAll("/", "_"),
    i: () => name,
    "%": () => "%",
  };
  return pattern.path.replaceAll(
    /%(.)/gs,
    (_, field: string) => values[field]!(),
  );
}
