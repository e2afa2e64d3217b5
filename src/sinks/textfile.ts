/** The sink of `-o FILE.prom`: a page of metrics in a file, replaced at each tick. */
import { EXIT, Failure } from "../basics/errors.ts";
import { reasonOf } from "../basics/reason.ts";
import type { PageFormat } from "../formats/format.ts";
import type { User } from "../process/user.ts";
import type { RunRecord } from "../tally/records.ts";
import { throwAll } from "./failures.ts";
import {
  type FileOptions,
  logStaysRoot,
  pathFor,
  pathsFor,
  rightsOf,
} from "./files.ts";
import { InterfaceStates } from "./interface_states.ts";
import type { RecordOrigin, Sink, SinkContext } from "./sink.ts";
import { requireHead } from "./whole_records.ts";

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

/** Permissions of a page: node_exporter runs as another user. */
const MODE = 0o644;

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
    const { access } = this.#options;
    this.#attempt(origin, (path) => {
      access.makeFolder(path);
      access.removeTemporaries(path);
      access.rehearseReplacing(path);
    });
  }

  rehearse(origin: RecordOrigin): void {
    const { access } = this.#options;
    this.#attempt(origin, (path) => access.rehearseReplacing(path));
  }

  /** @throws {Failure} exit code 7 */
  #attempt(origin: RecordOrigin, action: (path: string) => void): void {
    const path = pathFor(this.#options.output, origin, new Date());
    try {
      this.#requirePage(path);
      action(path);
    } catch (error) {
      throw new Failure(
        EXIT.output,
        `Cannot write to "${path}": ${reasonOf(error)}; name another file`,
      );
    }
  }

  /** @throws {OtherData} another file is at `path`: it would be replaced */
  #requirePage(path: string): void {
    const { access, format } = this.#options;
    using file = access.read(path);
    if (file !== undefined) requireHead(file, format);
  }

  write(record: RunRecord): void {
    if (record.type === "start") {
      const path = pathFor(this.#options.output, record, record.start);
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
        const { access, format, isSynced, mode = MODE } = this.#options;
        const text = format.page(page.states.all);
        access.replace(path, new TextEncoder().encode(text), mode, isSynced);
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
    const forbidden = [...pathsFor(this.#options.output, this.#context)]
      .find((path) => !rightsOf(user, path).ownsFolder);
    if (forbidden === undefined) return true;
    logStaysRoot(this.#context.log, user, forbidden);
    return false;
  }
}
