/** Writes a page of metrics to a file, which is replaced at each tick. */
import { basename, dirname } from "node:path";
import { EXIT, Failure } from "../basics/errors.ts";
import type { FilePattern } from "../formats/capture_name.ts";
import type { PageFormat } from "../formats/format.ts";
import type { User } from "../process/user.ts";
import type { EndRecord, StartRecord, TickRecord } from "../tally/records.ts";
import { reasonOf } from "../basics/reason.ts";
import { throwAll } from "./failures.ts";
import { type FileOptions, pathFor, pathsFor, rightsOf } from "./files.ts";
import type { RecordOrigin, Sink, SinkContext } from "./sink.ts";
import { InterfaceStates } from "./interface_states.ts";

interface TextfileOptions extends FileOptions {
  readonly format: PageFormat;
  readonly output: FilePattern;
}

/** A file of metrics, and the interfaces that are in it. */
interface Page {
  readonly states: InterfaceStates;
  isChanged: boolean;
  /** Why it could not be replaced the last time. */
  trouble: string;
}

/** The page is replaced whole, so that a reader never sees a part of it. */
export class TextfileSink implements Sink {
  readonly #options: TextfileOptions;
  readonly #context: SinkContext;
  readonly #pages = new Map<string, Page>();
  /** The page that an interface is on, for the whole of its run. */
  readonly #pageOf = new Map<string, Page>();

  constructor(options: TextfileOptions, context: SinkContext) {
    this.#options = options;
    this.#context = context;
  }

  prepare(origin: RecordOrigin): void {
    const path = pathFor(
      this.#options.output,
      this.#options,
      origin,
      new Date(),
    );
    try {
      requireReplaceable(path);
      removeLeftovers(path);
      Deno.removeSync(makeTemporary(path));
    } catch (error) {
      throw new Failure(
        EXIT.output,
        `Cannot write to "${path}": ${reasonOf(error)}; name another file`,
      );
    }
  }

  start(start: StartRecord): void {
    const { output } = this.#options;
    const path = pathFor(output, this.#options, start, start.start);
    const page = this.#pages.get(path) ?? this.#newPage();
    this.#pages.set(path, page);
    this.#pageOf.set(start.interface, page);
    page.states.start(start);
    page.isChanged = true;
  }

  tick(record: TickRecord): void {
    this.#update(record);
  }

  end(record: EndRecord): void {
    this.#update(record);
  }

  #update(record: TickRecord | EndRecord): void {
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
          `Cannot write to "${path}": ${trouble}; what it says is older than the end of the run, make room for the next`,
        )
      );
    throwAll(failures, this.#context.log);
  }

  /** Each tick makes a new file in the folder. */
  canGoOnAs(user: User): boolean {
    const { output } = this.#options;
    const forbidden = [...pathsFor(output, this.#options, this.#context)]
      .find((path) => !rightsOf(user, path).ownsFolder);
    if (forbidden === undefined) return true;
    this.#context.log.info(
      `Staying root: user "${user.name}" may not write to "${forbidden}"; --user names another`,
    );
    return false;
  }
}

/** Puts `text` in the place of what is at `path`, in one step. */
function replaceFile(path: string, text: string, isSynced: boolean): void {
  const temporary = makeTemporary(path);
  try {
    using file = Deno.openSync(temporary, { write: true });
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length;) {
      at += file.writeSync(bytes.subarray(at));
    }
    Deno.chmodSync(temporary, 0o644); // the exporter is another user
    if (isSynced) file.syncSync();
    Deno.renameSync(temporary, path);
  } catch (error) {
    Deno.removeSync(temporary);
    throw error;
  }
}

/** An empty file beside `path`, with a name that nobody can know before. */
function makeTemporary(path: string): string {
  const dir = dirname(path);
  const make = () =>
    Deno.makeTempFileSync({ dir, prefix: prefixFor(path), suffix: SUFFIX });
  try {
    return make();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    Deno.mkdirSync(dir, { recursive: true });
    return make();
  }
}

const SUFFIX = ".tmp";

function prefixFor(path: string): string {
  return `.${basename(path)}.`;
}

/** Removes what a run left that was killed before it could rename its file. */
function removeLeftovers(path: string): void {
  const dir = dirname(path);
  const prefix = prefixFor(path);
  try {
    for (const { name, isFile } of Deno.readDirSync(dir)) {
      const random = name.slice(prefix.length, -SUFFIX.length);
      const isLeftover = isFile && name === prefix + random + SUFFIX &&
        /^[0-9a-f]{8,}$/.test(random);
      if (isLeftover) Deno.removeSync(`${dir}/${name}`);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function requireReplaceable(path: string): void {
  try {
    if (!Deno.lstatSync(path).isFile) {
      throw new Error("it is replaced at each tick, and is no regular file");
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
