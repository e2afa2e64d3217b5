/** Runs the executable under strace: which paths and sockets it uses, and calls that fail. */
import { Folder } from "./folder.ts";
import { type Output, run, type RunOptions } from "./xdptally.ts";

/** One system call that names a path or an address. */
export interface Call {
  readonly name: string;
  /** The paths among its arguments. */
  readonly paths: readonly string[];
  /** The line of strace's output. */
  readonly line: string;
}

/** Runs the executable to its end, and returns its system calls with paths or addresses. */
export async function trace(
  args: readonly string[],
  options: RunOptions = {},
): Promise<{ output: Output; calls: Call[] }> {
  using folder = new Folder();
  const log = `${folder.path}/strace`;
  const strace = [
    "strace",
    "-f",
    "-qq",
    "-s",
    "4096",
    "-e",
    "trace=%file,%network",
  ];
  const output = await run(args, {
    ...options,
    through: [...strace, "-o", log, ...options.through ?? []],
  });
  const calls = Deno.readTextFileSync(log).split("\n").flatMap((line) => {
    const [, name, rest] = /^\d+ +([a-z0-9_]+)\((.*)$/.exec(line) ?? [];
    if (name === undefined || rest === undefined) return []; // resumed, a signal
    const strings = [...rest.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text]) =>
      text!
    );
    const isExec = name === "execve"; // its other strings are arguments
    const isSocket = /^(socket|send|recv|connect|bind|getsock)/.test(name);
    const paths = (isSocket ? [] : isExec ? strings.slice(0, 1) : strings)
      .filter((path) => path !== ""); // the descriptor is what is meant
    return [{ name, paths, line }];
  });
  return { output, calls };
}

/** strace that makes bpf() fail with `error`; `when` as in strace(1), -e inject. */
export function failingBpf(error: string, when: string): string[] {
  return [
    "strace",
    "-f",
    "-qq",
    "-o",
    "/dev/null",
    "-e",
    "trace=bpf",
    "-e",
    `inject=bpf:error=${error}:when=${when}`,
  ];
}
