/** Names of capture files: strftime fields, host and interface (pure). */

export type FormatName = "text" | "jsonl" | "csv";

/** What `-o` names. */
export interface FilePattern {
  /** A path with fields in it; an ending slash was completed. */
  readonly path: string;
  /** The format by the ending; undefined: it has none that is known. */
  readonly format: FormatName | undefined;
  readonly isGzip: boolean;
}

/** What the fields of a pattern stand for. */
export interface NameFields {
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
};

/**
 * Reads `-o`: a file, or a folder that ends in a slash.
 *
 * @param format what `--format` asks for: the ending of files in a folder
 * @throws {RangeError} an unknown field, with the reason
 */
export function parsePattern(
  text: string,
  format: FormatName = "jsonl",
): FilePattern {
  const ending = Object.entries(ENDINGS)
    .find(([, name]) => name === format)![0];
  const path = text.endsWith("/") ? `${text}%h-%i-%Y%m%d${ending}` : text;
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
  return {
    path,
    format: known === undefined ? undefined : ENDINGS[known],
    isGzip,
  };
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
