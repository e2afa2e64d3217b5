/** Makes the names of capture files, from time, host and interface (pure). */
import { visible } from "../basics/visible.ts";
import { isoSeconds } from "../basics/iso_time.ts";
import { FORMATS } from "./all.ts";
import type { Format } from "./format.ts";

/** The file or files that `-o` names. */
export interface FilePattern {
  /** A path with fields in it. */
  readonly path: string;
  /** The format that has its ending; undefined: no format has it. */
  readonly format: Format | undefined;
  readonly isGzip: boolean;
  /** Milliseconds that the local zone is ahead of UTC; undefined: it is UTC. */
  readonly offsetAt?: ((time: Date) => number) | undefined;
}

/** The values of the fields of a pattern. */
interface NameFields {
  readonly host: string;
  readonly interface: string;
  readonly time: Date;
}

/** What fields are made from: also what a clock shows, in ISO 8601. */
type FieldValues = NameFields & { readonly clock: string };

/** A field of a name. */
interface Field {
  /** What it stands for, for the man page. */
  readonly help: string;
  text(fields: FieldValues): string;
}

/** The fields by the letter after the percent sign. @see strftime(3) */
export const NAME_FIELDS: Readonly<Record<string, Field>> = {
  Y: { help: "year", text: ({ clock }) => clock.slice(0, 4) },
  m: { help: "month, 01 to 12", text: ({ clock }) => clock.slice(5, 7) },
  d: { help: "day, 01 to 31", text: ({ clock }) => clock.slice(8, 10) },
  H: { help: "hour, 00 to 23", text: ({ clock }) => clock.slice(11, 13) },
  M: { help: "minute", text: ({ clock }) => clock.slice(14, 16) },
  S: { help: "second", text: ({ clock }) => clock.slice(17, 19) },
  s: {
    help: "seconds since 1970",
    text: ({ time }) => String(Math.floor(time.getTime() / 1000)),
  },
  h: { help: "host", text: ({ host }) => part(host) },
  i: { help: "interface", text: ({ interface: name }) => part(name) },
  "%": { help: "percent sign", text: () => "%" },
};

/**
 * A name as a part of a file's: it leads into no other folder, is never empty, and
 * does not hide the file.
 */
function part(name: string): string {
  return visible(name).replaceAll("/", "_").replace(/^(?:\.|$)/, "_");
}

/** What the files in a folder are, unless `--format` says otherwise. */
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
  for (const [field, letter] of `${path} `.matchAll(/%(.)/gs)) {
    if (Object.hasOwn(NAME_FIELDS, letter!)) continue;
    throw new RangeError(
      `unknown field "${field.trim()}"; the fields are %Y %m %d %H %M %S %s, %h (host), %i (interface), %% (percent sign)`,
    );
  }
  const isGzip = path.endsWith(GZIP);
  const plain = isGzip ? path.slice(0, -GZIP.length) : path;
  const found = formatFor(plain, format);
  if (isGzip && (format ?? found)?.kind === "page") {
    throw new RangeError(
      "metrics cannot be compressed: node_exporter does not read .gz; leave out .gz",
    );
  }
  return { path, format: found, isGzip };
}

const GZIP = ".gz";

/** The endings of all formats, for texts. */
export const ENDINGS = FORMATS.flatMap(({ endings }) => endings).join(", ");

/** Endings of what xdptally does not write: programs, and people, rely on them. */
const FOREIGN = new Set(
  "7z arrow avro br bz2 cap db gz html json lz4 ndjson orc parquet pcap pcapng sqlite tar tgz tsv xlsx xml xz yaml zip zst"
    .split(" ").map((ending) => `.${ending}`),
);

/**
 * The format that the ending of a name says; undefined: it has no ending.
 *
 * @param asked the format that `--format` names
 * @throws {RangeError} the ending says another format than the file gets
 */
function formatFor(
  path: string,
  asked: Format | undefined,
): Format | undefined {
  const ending = /\.[A-Za-z][A-Za-z0-9]*$/.exec(path)?.[0];
  if (ending === undefined) return undefined;
  const found = FORMATS.find(({ endings }) => endings.includes(ending));
  const lower = ending.toLowerCase();
  if (asked === undefined) {
    if (found !== undefined) return found;
    throw new RangeError(
      `no format has the ending ${ending}; end it in ${ENDINGS}, or give --format`,
    );
  }
  const isOther = FOREIGN.has(lower) ||
    FORMATS.some(({ endings }) => endings.includes(lower));
  const fits = [...asked.endings, ...(asked.otherEndings ?? [])];
  if (isOther && !fits.includes(ending)) {
    throw new RangeError(
      `the ending ${ending} says another format than ${asked.name}; end it in ${
        fits.join(" or ")
      }`,
    );
  }
  return found;
}

/** The path of a pattern at a time. */
export function fileName(
  { path, offsetAt }: Pick<FilePattern, "path" | "offsetAt">,
  fields: NameFields,
): string {
  const { time } = fields;
  const offset = offsetAt?.(time) ?? 0;
  const clock = isoSeconds(new Date(time.getTime() + offset));
  return path.replaceAll(
    /%(.)/gs,
    (_, letter: string) => NAME_FIELDS[letter]!.text({ ...fields, clock }),
  );
}
