/**
 * xdptally with a bug in it that SIGUSR2 brings out; not compiled, else the
 * same. usage: broken.ts overflow|rejection|exception ARGUMENTS…
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
// What it takes for its arguments are those behind the bug's name.
Object.defineProperty(Deno, "args", { value: Deno.args.slice(1) });
await import("../../src/main.ts");
