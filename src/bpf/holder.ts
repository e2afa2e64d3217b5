/** Names programs, and the processes that hold them. */
import { isoSeconds } from "../basics/iso_time.ts";
import { bootTime } from "../process/clock.ts";
import { programInfo } from "./info.ts";
import type { Libbpf } from "./library.ts";

/** The XDP program that is on an interface. */
export interface Holder {
  readonly id: number;
  /** As much of it as this process may know. */
  readonly name?: string;
  /** Of the process that holds it. */
  readonly pid?: number;
}

/** The program for people: `XDP program "xdptally" (id 7) of pid 123`. */
export function holderText({ id, name, pid }: Holder): string {
  if (name === undefined) return `XDP program ${id}`;
  return `XDP program "${name}" (id ${id})${
    pid === undefined ? "" : ` of pid ${pid}`
  }`;
}

/** Describes programs; it looks into the processes once, when it first has to. */
export class Holders {
  readonly #lib: Libbpf;
  #pids: ReadonlyMap<number, number> | undefined;

  constructor(lib: Libbpf) {
    this.#lib = lib;
  }

  /**
   * An XDP program that is on an interface, as the subject of a sentence: `XDP
   * program "xdptally" (id 7) of pid 123, since 2026-11-22T15:06:19Z,`, or as much
   * of that as this process may know.
   *
   * @throws {CallError}
   */
  describe(id: number): string {
    const { name, loadedAt } = programInfo(this.#lib, id);
    if (name === undefined) return `XDP program ${id}`;
    return `XDP program ${this.owned(id, name)}, since ${wallClock(loadedAt)},`;
  }

  /** A program as a record names it. @throws {CallError} */
  find(id: number): Holder {
    const { name } = programInfo(this.#lib, id);
    this.#pids ??= pidsOfPrograms();
    const pid = this.#pids.get(id);
    return {
      id,
      ...(name === undefined ? {} : { name }),
      ...(pid === undefined ? {} : { pid }),
    };
  }

  /** A program by its name, its id and, if this process may know it, its process. */
  owned(id: number, name: string): string {
    this.#pids ??= pidsOfPrograms();
    const pid = this.#pids.get(id);
    return `"${name}" (id ${id})${pid === undefined ? "" : ` of pid ${pid}`}`;
  }
}

/** The ids of all processes; none if /proc cannot be read. */
function processes(): string[] {
  try {
    return Array.from(Deno.readDirSync("/proc"), ({ name }) => name)
      .filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/**
 * The processes that hold programs, by a descriptor of the program or of its link:
 * those that this process may look into.
 *
 * @see fdinfo in proc(5)
 */
function pidsOfPrograms(): Map<number, number> {
  const pids = new Map<number, number>();
  for (const pid of processes()) {
    try {
      for (const { name: fd } of Deno.readDirSync(`/proc/${pid}/fd`)) {
        const file = Deno.readLinkSync(`/proc/${pid}/fd/${fd}`);
        if (!/^anon_inode:(bpf_link|bpf-link|bpf-prog)/.test(file)) continue;
        const info = Deno.readTextFileSync(`/proc/${pid}/fdinfo/${fd}`);
        const [, id] = /^prog_id:\s*(\d+)$/m.exec(info) ?? [];
        if (id !== undefined && !pids.has(Number(id))) {
          pids.set(Number(id), Number(pid));
        }
      }
    } catch {
      // The process has ended, or this one may not look into it.
    }
  }
  return pids;
}

/** @param time in milliseconds since boot */
function wallClock(time: number): string {
  return isoSeconds(new Date(Date.now() - (bootTime() - time)));
}
