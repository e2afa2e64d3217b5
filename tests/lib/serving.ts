/** Runs with `--listen`, and what curl gets from them. */
import { type Namespace, vethStage } from "./stage.ts";
import { Capture, type RunOptions } from "./xdptally.ts";

/** A veth pair, and a loopback interface that is up. */
export function stageWithLoopback(): Namespace {
  const stage = vethStage();
  stage.ip("link", "set", "dev", "lo", "up");
  stage.run("sysctl", "-qw", "net.ipv6.conf.lo.disable_ipv6=0");
  return stage;
}

/** Starts a run with `--listen`; it serves when this returns. */
export async function serve(
  stage: Namespace,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Capture> {
  const capture = new Capture(["-i", "100ms", ...args, "vb"], {
    in: stage.name,
    ...options,
  });
  await capture.until(() => capture.stderr.includes("Ctrl-C"));
  return capture;
}

/** What curl prints. @throws it failed */
export function curl(stage: Namespace, ...args: string[]): string {
  return stage.run("curl", "-sS", "--max-time", "20", ...args);
}

/** The status of an answer; "000": there is none. */
export function status(stage: Namespace, ...args: string[]): string {
  return stage.run(
    "sh",
    "-c",
    'curl -s -o /dev/null -w "%{http_code}" --max-time 20 "$@" || true',
    "curl",
    ...args,
  );
}

/** What the server at 127.0.0.1 answers to bytes; `printf` reads the text. */
export function raw(stage: Namespace, port: number, text: string): string {
  const script = `exec 3<>/dev/tcp/127.0.0.1/${port}; printf "$1" >&3; cat <&3`;
  return stage.run("bash", "-c", script, "bash", text);
}
