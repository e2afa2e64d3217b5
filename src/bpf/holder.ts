import { isoSeconds } from "../basics/iso_time.ts";
import { bootTime } from "../process/clock.ts";
import { attachedProgram } from "./info.ts";
import type { Libbpf } from "./library.ts";

/**
 * Who is on an interface, in words: `XDP program "xdptally" (id 7) of pid 123,
 * since 2026-11-22T15:06:19Z,`; as much of it as this process may know.
 */
export function describeHolder(
  lib: Libbpf,
  ifindex: number,
): string | undefined {
  const program = attachedProgram(lib, ifindex);
  if (program === undefined) return undefined;
  const { id, name, loadedAt } = program;
  if (name === undefined) return `XDP program ${id}`;
  const pid = pidOf(id);
  const owner = pid === undefined ? "" : ` of pid ${pid}`;
  return `XDP program "${name}" (id ${id})${owner}, since ${
    wallClock(loadedAt)
  },`;
}

/** The process that has a link or the program itself open; undefined: unknown. */
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
      // It ended meanwhile, or is not ours to look into.
    }
  }
  return undefined;
}

/** A time since boot (ms) by the wall clock. */
function wallClock(time: number): string {
  const wall = new Date(Date.now() - (bootTime() - time));
  return isoSeconds(wall);
}
