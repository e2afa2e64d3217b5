/** What the man page says about `check`: its rows, and its JSON. */
import type { Manual } from "../../cli/command_docs.ts";

export const manual: Manual = {
  examples: [],
  sections: [{
    title: "CHECKS",
    blocks: [
      "check has rows about the host and about each interface: all of them, if none is named. A row is ok, note (counting works, but read it) or FAIL. A remedy follows on the next line, after =>. The exit code is 0, or the one that a run would end with. Failed interfaces set it only if they are named on the command line.",
      "With --json it is one object with schema, type (check), host, works (true if no row is fail) and rows. A row has on (host, or an interface), name, state (ok, note or fail) and value, and sometimes remedy and exitCode.",
    ],
  }],
};
