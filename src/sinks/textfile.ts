import { basename, dirname } from "node:path";
import type { Logger } from "@std/log/logger";
import { EXIT, Failure } from "../basics/errors.ts";
import { fileName, type FilePattern } from "../formats/capture_name.ts";
import { metricsText } from "../formats/metrics.ts";
import type { EndRecord, StartRecord, TickRecord } from "../tally/records.ts";
import { reasonOf } from "../basics/reason.ts";
import { throwAll } from "./failures.ts";
import type { FileOptions, Named, Sink } from "./sink.ts";
import { InterfaceStates } from "./interface_states.ts";

interface TextfileOptions extends FileOptions {
  readonly output: FilePattern;
  readonly maxSources: number;
}

/** A file of metrics, and the interfaces that are in it. */
interface Page {
  readonly states: InterfaceStates;
  isChanged: boolean;
  /** Why it could not be replaced the last time. */
  trouble: string;
}

/**
 * Metrics for the textfile collector of Prometheus' node_exporter: a page that
 * is replaced whole at each tick, so that a reader never sees a part of it.
 */
export class TextfileSink implements Sink {
  readonly #options: TextfileOptions;
  readonly #log: Logger;
  readonly #pages = new Map<string, Page>();
  /** The page that an interface is on, for the whole of its run. */
  readonly #pageOf = new Map<string, Page>();

  constructor(options: TextfileOptions, log: Logger) {
    this.#options = options;
    this.#log = log;
  }

  prepare(named: Named): Promise<void> {
    const path = this.#pathFor(named, new Date());
    try {
      requireReplaceable(path);
      removeLeftovers(path);
      Deno.removeSync(makeTemporary(path));
      return Promise.resolve();
    } catch (error) {
      throw new Failure(
        EXIT.output,
        `Cannot write to "${path}": ${reasonOf(error)}; name another file`,
      );
    }
  }

  start(start: StartRecord): void {
    const path = this.#pathFor(start, start.start);
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
    const states = new InterfaceStates(this.#options.maxSources);
    return { states, isChanged: false, trouble: "" };
  }

  flush(): Promise<void> {
    for (const [path, page] of this.#pages) {
      if (!page.isChanged) continue;
      try {
        const text = metricsText(page.states.all);
        replaceFile(path, text, this.#options.isSynced);
        page.isChanged = false;
        if (page.trouble !== "") this.#log.info(`Writing to "${path}" again`);
        page.trouble = "";
      } catch (error) {
        const trouble = reasonOf(error);
        if (trouble !== page.trouble) {
          this.#log.error(
            `Cannot write to "${path}": ${trouble}; counting goes on, and the next tick tries again`,
          );
        }
        page.trouble = trouble;
      }
    }
    return Promise.resolve();
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
    throwAll(failures, this.#log);
  }

  #pathFor(named: Named, time: Date): string {
    const { output, isLocal } = this.#options;
    return fileName(output, { ...named, time, isLocal });
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
