/** Measures a process from outside. @see proc(5) */

/** Memory of a process, in bytes. */
export interface Memory {
  readonly resident: number;
  /** The anonymous part of it: no pages of files and BPF maps. */
  readonly own: number;
}

export function memoryOf(pid: number): Memory {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const bytes = (field: string) =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)![1]) * 1024;
  return { resident: bytes("VmRSS"), own: bytes("RssAnon") };
}

interface Work {
  /** Sum over all threads. */
  readonly cpuSeconds: number;
  readonly contextSwitches: number;
}

/** The CPU time and context switches of all threads of a process since they started. */
export function workOf(pid: number): Work {
  let nanoseconds = 0, contextSwitches = 0;
  for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
    const thread = `/proc/${pid}/task/${name}`;
    nanoseconds += Number(
      Deno.readTextFileSync(`${thread}/schedstat`).split(" ")[0],
    );
    const status = Deno.readTextFileSync(`${thread}/status`);
    for (const [, count] of status.matchAll(/ctxt_switches:\s+(\d+)/g)) {
      contextSwitches += Number(count);
    }
  }
  return { cpuSeconds: nanoseconds / 1e9, contextSwitches };
}

/** Counts the system calls of a process for this many seconds. */
export async function syscallsOf(
  pid: number,
  seconds: number,
): Promise<number> {
  const { stderr } = await new Deno.Command("timeout", {
    args: [
      ...["--signal=INT", String(seconds)],
      ...["strace", "--summary-only", "--follow-forks", "--quiet=attach"],
      ...["--attach", String(pid)],
    ],
    stdin: "null",
    stdout: "null",
  }).output();
  const summary = new TextDecoder().decode(stderr);
  const total = /^100\.00\s+\S+\s+\S+\s+(\d+)/m.exec(summary);
  if (total === null) throw new Error(`Cannot count system calls: ${summary}`);
  return Number(total[1]);
}
