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
      "The first line has the interface, the mode, the interval, the host, and when the last tick ended (UTC). PAST, PAUSED, the filter, what rows stand for, missed deadlines, BOOKS DO NOT BALANCE, and why counting on the interface ended (ended:) are also on this line. The second line has the packets and bits a second, the sources and the new ones a second of the last tick, and the untracked packets of the run. The third says whether the classes of each tick add up to its total, with the equation of the last one. Beside another XDP program a line has its verdicts, or says that only what it passes on is counted. Below are the packets a second over time.",
      { heading: "Columns" },
      { items: Object.entries(COLUMN_HELP) },
      "Which columns there are depends on the width of the terminal, and on what rows stand for. The head of the column that rows are sorted by is in reverse video. Below the rows, N more is the sum of those that are not in sight, with how many are new and from how many networks; subtotal that of all rows that a filter leaves; total is the record's own total, not a sum of rows. A row moves only when its share changes by a tenth (in the run: by a hundredth). A new source is bold for ten seconds; a source that sends nothing stays for ten seconds, dim.",
      { heading: "Keys" },
      { items: KEY_HELP },
      "The key b goes through the fields of --by, alone and together, and the networks of addresses; these rows add up from those that are counted. Without --by it also goes to destination, protocol and port: each begins a new run, in one step of the kernel, so that each frame is in one of the two; the old run ends (recount) with books of its own. Where top observes a program, b only adds up.",
      "The interval goes from 100 ms to 1 minute. The filter selects what is shown, while it is typed; everything is still counted. It is a list of networks, as --filter takes it, for the sources of a row, or else a part of what is in the first column. The cursor stays on its row wherever that moves. The mouse is reported to top while it runs: hold Shift to select text.",
      { heading: "An opened row" },
      "Enter opens a row: its rates as a graph over the time that is kept, its totals and average sizes, when it was first and last seen, its sums by the fields of --by that the row leaves open, and lines for nft and ip route that block a source. Sources can be forged: blocking one hits whoever really has the address.",
      { heading: "The past" },
      "The books of each tick of the last hour are kept, with 100 of its rows, the first by packets and by bytes in turn, and the sum of the others. [ and ] step through them, and the title says PAST and how long ago that was. With intervals below half a second it is less than an hour: at most 7200 ticks, and 360,000 rows.",
      { heading: "Export" },
      "The key e writes a new file of JSON Lines, as the user of --user, which report reads: the screen, as a run with one tick, whose end has the reason screen; or the run up to here, with the ticks that are kept, whose end has the reason so far. Rows that the filter hides, or that were not kept, are among the others.",
    ],
  }],
};
