/**
 * xdptally, run from source, with a bug that SIGUSR2 triggers.
 * usage: broken.ts overflow|rejection|exception ARGUMENTS…
 */
const BUGS: Record<string, () => void> = {
  overflow: function recur(): void {
    recur();
  },
  rejection: () => void Promise.reject(new Error("a bug")),
  exception: () => {
    throw new Error("a bug");
  },
};

Deno.addSignalListener("SIGUSR2", BUGS[Deno.args[0]!]!);
// xdptally takes the arguments after the bug's name for its own.
Object.defineProperty(Deno, "args", { value: Deno.args.slice(1) });
await import("../../src/main.ts");
