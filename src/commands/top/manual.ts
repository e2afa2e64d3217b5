/** What the man page says about `top`: the screen, its keys and the export. */
import type { Manual } from "../../cli/command_docs.ts";
import { COLUMN_HELP } from "../../view/columns.ts";
import { KEY_HELP } from "../../view/help.ts";

export const manual: Manual = {
  examples: [],
  sections: [{
    title: "LIVE VIEW",
    blocks: [
      "top counts as watch does, with the same options for what is counted and where, and shows the last tick. It needs a terminal. Beside an XDP program that holds the interface it observes, or counts at tc.",
      { heading: "Header" },
      "The first line has the interface, the mode, the interval, the host, and when the last tick ended (UTC). PAUSED, the filter, what rows stand for, missed deadlines, BOOKS DO NOT BALANCE, and why counting on the interface ended (ended:) are also on this line. The second line has the packets and bits a second, the sources and the new ones a second of the last tick, and the untracked packets of the run. The third says whether the classes of each tick add up to its total, with the equation of the last one. Beside another XDP program a line has its verdicts, or says that only what it passes on is counted. Below are the packets a second over time.",
      { heading: "Columns" },
      { items: Object.entries(COLUMN_HELP) },
      "Which columns there are depends on the width of the terminal, and on what rows stand for. The head of the column that rows are sorted by is in reverse video. Below the rows, N more is the sum of those that are not in sight, with how many are new and from how many networks; subtotal that of all rows that a filter leaves; total is the record's own total, not a sum of rows. A row moves only when its share changes by a tenth (in the run: by a hundredth). A new source is bold for ten seconds; a source that sends nothing stays for ten seconds, dim.",
      { heading: "Keys" },
      { items: KEY_HELP },
      "The key b goes through the fields of --by, alone and together, and the networks of addresses; these rows add up from those that are counted. Without --by it also goes to destination, protocol and port: each begins a new run, in one step of the kernel, so that each frame is in one of the two; the old run ends (recount) with books of its own. Where top observes a program, b only adds up.",
      "The interval goes from 100 ms to 1 minute. The filter selects what is shown, while it is typed; everything is still counted. It is a list of networks, as --filter takes it, for the sources of a row, or else a part of what is in the first column.",
      { heading: "Export" },
      "The key e writes the rows on display to a new file, as the user of --user: a line of type view, then a line of type row for each source. Both have schema, type, host, run and interface, as JSON LINES explains.",
      {
        items: [
          [
            "view",
            "seq, start, end, elapsed, complete, total, untracked, nonIp and malformed of the last tick; sources, how many it has; runTotal, packets and bytes of the run; sort; scope, tick or run; filter and family, or null",
          ],
          [
            "row",
            "ip; packets and bytes of the last tick; runTotal, packets and bytes of the run, or null if the run's table was full; firstSeen",
          ],
        ],
      },
    ],
  }],
};
