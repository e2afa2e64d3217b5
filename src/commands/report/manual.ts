/** What the man page says about `report`: its table and its formats. */
import type { Manual } from "../../cli/command_docs.ts";

export const manual: Manual = {
  examples: [{
    line:
      "xdptally report --since 2026-03-01 --until 2026-04-01 \\\n    /var/log/xdptally/*.gz /var/log/xdptally/*.jsonl",
    what: "a month, with the captures that logrotate compressed",
  }, {
    line:
      "xdptally report --since 30d --format html \\\n    /var/log/xdptally/*.gz /var/log/xdptally/*.jsonl >report.html",
    what: "the last thirty days as a page for a browser",
  }, {
    line: "xdptally report --by hour --top 0 /var/log/xdptally/*.jsonl",
    what: "how much came in each hour",
  }, {
    line:
      "ssh web1 'cat /var/log/xdptally/*.jsonl' |\n    xdptally report --by host - web2.jsonl",
    what: "several hosts, one of them over ssh",
  }],
  sections: [{
    title: "CAPTURE REPORTS",
    blocks: [
      "report reads JSON Lines, also compressed, line by line: its memory depends on the number of sources. A file that is named twice counts twice. The first line says how many ticks, interfaces and hosts there are, and from when to when. The table has a row for each KEY of --by:",
      {
        items: [
          ["PACKETS, BYTES", "the sums over the ticks"],
          ["SHARE", "its share of all packets in these ticks"],
          ["FIRST SEEN, LAST SEEN", "the first and the last tick that had it"],
          [
            "BUSIEST MINUTE",
            "its busiest minute on one interface, with the packets of that minute in brackets",
          ],
        ],
      },
      "Below are the total with its classes, and what is missing: gaps between the captures of an interface, runs that are incomplete or were killed, and lines that are not records. Gaps have a line for each interface, with their number and the longest one; of the others the first twenty are listed.",
      {
        items: [
          ["text", "all of this"],
          [
            "csv",
            "the table: KEY, packets, bytes, first_seen, last_seen, busiest_minute and busiest_minute_packets",
          ],
          [
            "jsonl",
            "a line of type row for each row, of type interface for each interface (captures, covered seconds, first, last, gaps, longestGap), of type incomplete for each such run (host, interface, run, start, why), and one of type summary (ticks; hidden, the rows that --top left out; and the classes)",
          ],
          ["html", "one self-contained page with a chart, which loads nothing"],
        ],
      },
    ],
  }],
};
