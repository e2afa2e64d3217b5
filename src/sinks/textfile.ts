/** The sink of `-o FILE.prom`: a page of metrics in a file, replaced at each tick. */
import { basename, dirname } from "node:path";
import { EXIT, Failure } from "../basics/errors.ts";
import { reasonOf } from "../basics/reason.ts";
import { writeAll } from "../basics/write_all.ts";
import type { PageFormat } from "../formats/format.ts";
import type { User } from "../process/user.ts";
import type { RunRecord } from "../tally/records.ts";
import { throwAll } from "./failures.ts";
import {
  createIn,
  type FileOptions,
  logStaysRoot,
  pathFor,
  pathsFor,
  rehearseIn,
  rightsOf,
} from "./files.ts";
import { InterfaceStates } from "./interface_states.ts";
import type { RecordOrigin, Sink, SinkContext } from "./sink.ts";

interface TextfileOptions extends FileOptions {
  readonly format: PageFormat;
}

/** A file of metrics. */
interface Page {
  readonly states: InterfaceStates;
  isChanged: boolean;
  /** Why it could not be replaced the last time; empty: it was. */
  trouble: string;
}

/** Replaces each page as a whole: a reader never sees a part of one. */
export class TextfileSink implements Sink {
  readonly #options: TextfileOptions;
  readonly #context: SinkContext;
  readonly #pages = new Map<string, Page>();
  /** The page of each interface; it stays the same for a run. */
  readonly #pageOf = new Map<string, Page>();

  constructor(options: TextfileOptions, context: SinkContext) {
    this.#options = options;
    this.#context = context;
  }

  prepare(origin: RecordOrigin): void {
    this.#attempt(origin, (path) => {
      makeTemporary(path);
      removeTemporaries(path);
    });
  }

  rehearse(origin: RecordOrigin): void {
    this.#attempt(origin, (path) => rehearseIn(dirname(path)));
  }

  /** @throws {Failure} exit code 7 */
  #attempt(origin: RecordOrigin, action: (path: string) => void): void {
    const path = pathFor(this.#options, origin, new Date());
    try {
      requireReplaceable(path);
      action(path);
    } catch (error) {
      throw new Failure(
        EXIT.output,
        `Cannot write to "${path}": ${reasonOf(error)}; name another file`,
      );
    }
  }

  write(record: RunRecord): void {
    if (record.type === "start") {
      const path = pathFor(this.#options, record, record.start);
      const page = this.#pages.get(path) ?? this.#newPage();
      this.#pages.set(path, page);
      this.#pageOf.set(record.interface, page);
    }
    const page = this.#pageOf.get(record.interface)!;
    page.states.update(record);
    page.isChanged = true;
  }

  #newPage(): Page {
    const states = new InterfaceStates(this.#context.maxSources);
    return { states, isChanged: false, trouble: "" };
  }

  flush(): void {
    for (const [path, page] of this.#pages) {
      if (!page.isChanged) continue;
      try {
        const { format, isSynced } = this.#options;
        replaceFile(path, format.page(page.states.all), isSynced);
        page.isChanged = false;
        if (page.trouble !== "") {
          this.#context.log.info(`Writing to "${path}" again`);
        }
        page.trouble = "";
      } catch (error) {
        const trouble = reasonOf(error);
        if (trouble !== page.trouble) {
          this.#context.log.error(
            `Cannot write to "${path}": ${trouble}; counting goes on, and the next tick tries again`,
          );
        }
        page.trouble = trouble;
      }
    }
  }

  close(): void {
    const failures = [...this.#pages]
      .filter(([, { trouble }]) => trouble !== "")
      .map(([path, { trouble }]) =>
        new Failure(
          EXIT.output,
          `Cannot write to "${path}": ${trouble}; the last metrics were not written; free disk space before the next run`,
        )
      );
    throwAll(failures, this.#context.log);
  }

  /** Each tick makes a new file in the folder. */
  canGoOnAs(user: User): boolean {
    const forbidden = [...pathsFor(this.#options, this.#context)]
      .find((path) => !rightsOf(user, path).ownsFolder);
    if (forbidden === undefined) return true;
    logStaysRoot(this.#context.log, user, forbidden);
    return false;
  }
}

/** Replaces the file at `path` in one step: a new file takes its name. */
function replaceFile(path: string, text: string, isSynced: boolean): void {
  const temporary = makeTemporary(path);
  try {
    using file = Deno.openSync(temporary, { write: true });
    writeAll(file, new TextEncoder().encode(text));
    Deno.chmodSync(temporary, 0o644); // node_exporter runs as another user
    if (isSynced) file.syncSync();
    Deno.renameSync(temporary, path);
  } catch (error) {
    Deno.removeSync(temporary);
    throw error;
  }
}

/** Names of temporary files: `.NAME.`, random hex digits, `.tmp`. */
const prefixFor = (path: string) => `.${basename(path)}.`;
const SUFFIX = ".tmp";

/** An empty file beside `path`, whose name nobody can guess. */
function makeTemporary(path: string): string {
  const dir = dirname(path);
  const prefix = prefixFor(path);
  return createIn(
    dir,
    () => Deno.makeTempFileSync({ dir, prefix, suffix: SUFFIX }),
  );
}

/** Removes all temporary files beside `path`; a killed run leaves one. */
function removeTemporaries(path: string): void {
  const dir = dirname(path);
  const prefix = prefixFor(path);
  for (const { name, isFile } of Deno.readDirSync(dir)) {
    const random = name.slice(prefix.length, -SUFFIX.length);
    const isTemporary = isFile && name === prefix + random + SUFFIX &&
      /^[0-9a-f]{8,}$/.test(random);
    if (isTemporary) Deno.removeSync(`${dir}/${name}`);
  }
}

/** @throws {Error} something other than a regular file is at `path` */
function requireReplaceable(path: string): void {
  try {
    if (Deno.lstatSync(path).isFile) return;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  throw new Error("not a regular file: it would be replaced");
}
