/** What the man page says about `top`: the screen, its keys and the export. */
import type { Manual } from "../../cli/command_docs.ts";
import { COLUMN_HELP } from "../../view/columns.ts";
import { KEY_HELP } from "../../view/help.ts";

export const manual: Manual = {
  examples: [],
  sections: [{
    title: "LIVE VIEW",
    blocks: [
      "top counts with watch's defaults (XDP, incoming frames, by source) and shows the last tick. It needs a terminal.",
      { heading: "Header" },
      "The first line has the interface, the mode, the interval, the host, and when the last tick ended (UTC). PAUSED, the filter, missed deadlines, BOOKS DO NOT BALANCE, and why counting on the interface ended (ended:) are also on this line. The second line has the packets and bits a second and the sources of the last tick, and the untracked packets of the run. The third says whether the classes of each tick add up to its total, with the equation of the last one. Below are the packets a second over time.",
      { heading: "Columns" },
      { items: Object.entries(COLUMN_HELP) },
      "A narrow terminal has fewer columns. The head of the column that rows are sorted by is in reverse video. The row total is the record's own total, not a sum of the rows. A row moves only when its share changes by a tenth (in the run: by a hundredth). A new source is bold for ten seconds; a source that sends nothing stays for ten seconds, dim.",
      { heading: "Keys" },
      { items: KEY_HELP },
      "The interval goes from 100 ms to 1 minute. The filter selects what is shown; everything is still counted. !10.0.0.0/8 hides a network.",
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
