/** The sink of `-o` and `--format`: stdout, or files. */
import { FORMATS } from "../formats/all.ts";
import {
  ENDINGS,
  type FilePattern,
  parsePattern,
} from "../formats/capture_name.ts";
import type { Format, LineFormat } from "../formats/format.ts";
import { FileAccess } from "../files/file_access.ts";
import { flag, text, valued, type Values } from "../cli/option.ts";
import { badValue, oneOf, parseValue } from "../cli/values.ts";
import { localZone } from "../process/local_time.ts";
import { terminalWidth } from "../process/terminal_width.ts";
import { RecordSink } from "./record_sink.ts";
import type { SinkKind } from "./sink.ts";
import { STDOUT } from "./stream.ts";
import { TextfileSink } from "./textfile.ts";

const NAMES = FORMATS.map(({ name }) => name);

const OPTIONS = {
  format: valued({
    name: "format",
    value: "FORMAT",
    help: `${oneOf(NAMES)} (default text)`,
    details: FORMATS.map(({ name, help }) => `${name}: ${help}.`).join(" "),
    completes: NAMES,
    isRare: true,
  }, formatOf),
  isJson: flag({
    name: "json",
    short: "j",
    help: "the same as --format jsonl",
  }),
  output: text({
    name: "output",
    short: "o",
    value: "FILE",
    help: "append to FILE, or to daily files in FOLDER/",
    details:
      `FILE may have strftime fields (%Y %m %d %H %M %S %s), %h for the host and %i for the interface. Missing folders are made. Without --format the ending decides the format (${ENDINGS}); without an ending it is text. A further .gz compresses the file. - is standard output.`,
    completes: "files",
    once:
      "a run writes one file for each interface; name one, or start another run",
  }),
  fileMode: valued({
    name: "file-mode",
    value: "MODE",
    help: "permissions of new files, in octal (default 640; 644 for .prom)",
    isRare: true,
  }, parseMode),
  isLocal: flag({
    name: "local",
    help: "use local time in file names",
    details:
      "The zone of TZ or /etc/localtime, as date(1) knows it: a file of /usr/share/zoneinfo, or a POSIX rule. A TZ that is neither is refused.",
    isRare: true,
  }),
  isUtc: flag({
    name: "utc",
    help: "use UTC in file names (the default)",
    isRare: true,
  }),
  isSynced: flag({
    name: "fsync",
    help: "wait until the disk has each record",
    details:
      "Without it a power loss can lose records that are not on the disk yet.",
    isRare: true,
  }),
};

export const output: SinkKind<typeof OPTIONS> = {
  options: OPTIONS,
  plan(values) {
    const { format, pattern } = outputOf(values);
    const { isLocal, isSynced, fileMode: mode } = values;
    const offsetAt = isLocal ? localZone() : undefined;
    return {
      defaultTop: format.defaultTop,
      isForPeople: pattern === undefined && isForPeople(format),
      isDefault: isDefault(values),
      hasMetrics: format.kind === "page",
      writesFiles: pattern !== undefined,
      place: pattern?.path ?? "stdout",
      create(context) {
        const access = new FileAccess(context.user);
        const output = pattern && { ...pattern, offsetAt };
        const files = { isSynced, mode, access, output };
        return format.kind === "page"
          ? new TextfileSink({ ...files, format }, context)
          : new RecordSink({
            ...files,
            format: shown(
              format.withFields?.(context.keying) ?? format,
              pattern,
            ),
          }, context);
      },
    };
  },
};

/** Nothing asks for it. */
function isDefault(
  { format, isJson, output }: Values<typeof OPTIONS>,
): boolean {
  return format === undefined && !isJson && output === undefined;
}

function isForPeople(format: Format): boolean {
  return format.kind === "lines" && format.forPeople !== undefined;
}

/** As it is shown: to people, if stdout is a terminal. */
function shown(format: LineFormat, pattern: FilePattern | undefined) {
  const width = () => terminalWidth(STDOUT);
  if (pattern !== undefined || width() === undefined) return format;
  return format.forPeople?.(() => width() ?? Infinity) ?? format;
}

/** What stands for standard output. */
const STDOUT_PATHS = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/**
 * The format and the file that a command line asks for; undefined: stdout.
 *
 * @throws {Failure} exit code 2
 */
export function outputOf(
  { format: asked, isJson, output }: Values<typeof OPTIONS>,
): { format: Format; pattern: FilePattern | undefined } {
  const wanted = isJson ? jsonOnly(asked) : asked;
  const pattern = output === undefined || STDOUT_PATHS.includes(output)
    ? undefined
    : parseValue("output", output, (text) => parsePattern(text, wanted));
  const format = wanted ?? pattern?.format ?? FORMATS[0]!;
  if (format.kind === "page" && pattern === undefined) {
    throw badValue(
      "format",
      format.name,
      `metrics need a file; give -o FILE${format.endings[0]}`,
    );
  }
  return { format, pattern };
}

/** Reads permissions like `640`. @throws {RangeError} */
function parseMode(text: string): number {
  if (!/^0?[0-7]{3}$/.test(text)) {
    throw new RangeError("give three octal digits like 640 or 644");
  }
  return parseInt(text, 8);
}

/** @throws {RangeError} no format has that name */
function formatOf(text: string): Format {
  const format = FORMATS.find(({ name, aliases = [] }) =>
    name === text || aliases.includes(text)
  );
  if (format === undefined) throw new RangeError(`give ${oneOf(NAMES)}`);
  return format;
}

/** The format of `--json`. @throws {Failure} `--format` asks for another one */
function jsonOnly(asked: Format | undefined): Format {
  const json = formatOf("json");
  if (asked !== undefined && asked !== json) {
    throw badValue(
      "format",
      asked.name,
      "--json asks for jsonl; give one of the two",
    );
  }
  return json;
}
