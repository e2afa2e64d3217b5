/** What the man page says of `check`: its rows, and its JSON. */
import type { Manual } from "../../cli/command_docs.ts";

export const manual: Manual = {
  examples: [],
  sections: [{
    title: "CHECKS",
    blocks: [
      "check has rows about the host and about each interface: all of them, if none is named. A row is ok, note (worth knowing; watching works) or FAIL; what helps follows behind =>, on a line of its own. The exit code is 0, or that with which watching would end; of interfaces that were not named, a failure does not count.",
      "With --json it is one object with schema, type (check), host, works (true if no row is fail) and rows. A row has on (host, or an interface), name, state (ok, note or fail) and value, and where they apply remedy and exitCode.",
    ],
  }],
};
