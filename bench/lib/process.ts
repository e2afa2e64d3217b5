/** What the kernel says of a process. @see proc(5) */

/** Bytes of memory that a process has. */
export interface Memory {
  readonly resident: number;
  /** Of that, what is no file's and no map's: its own. */
  readonly own: number;
}

export function memoryOf(pid: number): Memory {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const bytes = (field: string) =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)![1]) * 1024;
  return { resident: bytes("VmRSS"), own: bytes("RssAnon") };
}

export interface Work {
  /** On all CPUs together. */
  readonly cpuSeconds: number;
  readonly contextSwitches: number;
}

/** What all of its threads have done so far. */
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

/** How many system calls its threads make in so many seconds. */
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
  const said = new TextDecoder().decode(stderr);
  const total = /^100\.00\s+\S+\s+\S+\s+(\d+)/m.exec(said);
  if (total === null) throw new Error(`Cannot count system calls: ${said}`);
  return Number(total[1]);
}
