/** Opens the screen of `top`, and then fails: the argument says how. */
import { Terminal } from "../../src/commands/top/terminal.ts";

const FAILURES: Readonly<Record<string, () => void>> = {
  thrown: () =>
    void setTimeout(() => {
      throw new Error("thrown");
    }),
  rejected: () => void Promise.reject(new Error("rejected")),
  exit: () => Deno.exit(3),
};

new Terminal().open();
FAILURES[Deno.args[0]!]!();
