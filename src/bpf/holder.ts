/** Says which XDP program is on an interface, and which process it belongs to. */
import { isoSeconds } from "../basics/iso_time.ts";
import { bootTime } from "../process/clock.ts";
import { attachedProgram } from "./info.ts";
import type { Libbpf } from "./library.ts";

/**
 * The XDP program on an interface, as the subject of a sentence: `XDP
 * program "xdptally" (id 7) of pid 123, since 2026-11-22T15:06:19Z,`, or as much
 * of that as this process may know; undefined: there is none.
 *
 * @throws {CallError}
 */
export function describeHolder(
  lib: Libbpf,
  ifindex: number,
): string | undefined {
  const program = attachedProgram(lib, ifindex);
  if (program === undefined) return undefined;
  const { id, name, loadedAt } = program;
  if (name === undefined) return `XDP program ${id}`;
  return `XDP program ${withOwner(id, name)}, since ${wallClock(loadedAt)},`;
}

/** A program by its name, its id and, if this process may know it, its process. */
export function withOwner(id: number, name: string): string {
  const pid = pidOf(id);
  return `"${name}" (id ${id})${pid === undefined ? "" : ` of pid ${pid}`}`;
}

/**
 * The process that holds a program, by a descriptor of it or of its link;
 * undefined: none that this process may look into.
 *
 * @see fdinfo in proc(5)
 */
function pidOf(program: number): string | undefined {
  const isHeld = new RegExp(`^prog_id:\\s*${program}$`, "m");
  for (const { name: pid } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      for (const { name: fd } of Deno.readDirSync(`/proc/${pid}/fd`)) {
        const file = Deno.readLinkSync(`/proc/${pid}/fd/${fd}`);
        if (!/^anon_inode:(bpf_link|bpf-link|bpf-prog)/.test(file)) continue;
        const info = Deno.readTextFileSync(`/proc/${pid}/fdinfo/${fd}`);
        if (isHeld.test(info)) return pid;
      }
    } catch {
      // The process has ended, or this one may not look into it.
    }
  }
  return undefined;
}

/** @param time in milliseconds since boot */
function wallClock(time: number): string {
  return isoSeconds(new Date(Date.now() - (bootTime() - time)));
}
