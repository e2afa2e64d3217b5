/** What the man page says about `check`: its rows, and its JSON. */
import type { Manual } from "../../cli/command_docs.ts";

export const manual: Manual = {
  examples: [],
  sections: [{
    title: "CHECKS",
    blocks: [
      "check has rows about the host and about each interface: all of them, if none is named. A row is ok, note (counting works, but read it) or FAIL. A remedy follows on the next line, after =>. The exit code is 0, or the one that a run would end with. Failed interfaces set it only if they are named on the command line.",
      "Give it the options that the run will have. --user: the user that the run becomes, and what it cannot give up. -o, --format and the other options of output: check makes a file of another name where the run would make one, locks it, and removes it; it opens a capture that is there, and looks for other data in it. It neither opens nor writes FIFOs and devices, so that /dev/full is found out by the run. --listen: check listens for a moment, and reads token and certificate.",
      "With --json it is one object with schema, type (check), host, works (true if no row is fail) and rows. A row has on (host, or an interface), name, state (ok, note or fail) and value, and sometimes remedy and exitCode.",
    ],
  }],
};
