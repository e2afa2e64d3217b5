/** What the man page says about `report`: its table and its formats. */
import type { Manual } from "../../cli/command_docs.ts";

export const manual: Manual = {
  examples: [{
    line:
      "xdptally report --since 2026-03-01 --until 2026-04-01 \\\n    /var/log/xdptally/",
    what: "a month, with the captures that logrotate compressed",
  }, {
    line:
      "xdptally report --since 30d --format html \\\n    /var/log/xdptally/ >report.html",
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
      "report reads JSON Lines and CSV, also compressed (known by its bytes, not its name), line by line: its memory depends on the number of sources and runs, and grows by some ten bytes a tick. Of a FOLDER it reads every file that begins as a capture, whatever its name, and every file that is named like one, also in folders below; it says what else it skipped (pages of metrics, text captures, empty and hidden files, torn ends, FIFOs and devices, which it does not open, and others). The order of files and of lines changes nothing, but see BUSIEST MINUTE. The first line says how many ticks, interfaces and hosts there are, and from when to when. The table has a row for each KEY of --by:",
      {
        items: [
          [
            "SOURCE",
            "or what else the captures were counted by: DESTINATION, SOURCE,PORT and so on. Captures that count by different things are never added in one row: if there are several, rows name theirs. CSV does not say it: its addresses are taken for sources",
          ],
          ["PACKETS, BYTES", "the sums over the ticks"],
          ["SHARE", "its share of all packets in these ticks, rounded"],
          ["FIRST SEEN, LAST SEEN", "the first and the last tick that had it"],
          [
            "BUSIEST MINUTE",
            "the minute in which most of its packets came on one interface, with those packets in brackets. Interfaces and directions are not added up, as a packet that is forwarded passes several. A tick belongs to the minute in which it began. Where ticks are far from being in order, files are read again for this; standard input cannot be, and a line says so if that matters",
          ],
        ],
      },
      "Below are the total with its classes, and what is missing or wrong. Nothing is missing is said only when none of these is there (of CSV: nothing is known to be missing, since it has no end records, so ticks that are lost at the end of a run cannot be seen):",
      {
        items: [
          [
            "Gaps",
            "time between --since and --until (or now, if --since says how long ago) that no capture of an interface covers: how often, and the longest, between which runs; or an interface that has no tick in that time. Less than a tick at the edges is no gap. A gap is not an error; it is one if no interface has a tick",
          ],
          [
            "Overlap",
            "two runs at the same time on one name: either two machines have that name, or one interface was counted twice (by cron and by an exporter, say), and its packets are in the report twice. This is not an error, either",
          ],
          [
            "Incomplete",
            "a run that lacks its start record, ticks (by their seq and by the ticks of its end record) or its end record (killed, or still running); whose ticks do not add up to its end record; that says that it is incomplete, or was cut short; or whose ticks have untracked packets. What lies before --since or after --until is not missing",
          ],
          ["Mixed", "captures that count by different things"],
          [
            "Unknown",
            "with --by fields, captures that do not count by one of them: their rows have a ? there",
          ],
          [
            "Broken",
            "a line that is not a record, or a record whose books do not balance. It counts nothing. Or a place in a compressed file that is damaged: what can be decompressed before and behind it counts",
          ],
          [
            "Conflicts",
            "records of one number in one run that say different things. One of them counts, the same for every order (of standard input: the first)",
          ],
          ["Doubled", "records that a file has twice. They count once"],
          [
            "Part",
            "exported screens of top, each a run with one tick. They are complete",
          ],
          [
            "Copies",
            "records that several files have. They count once, and this is not an error. A file that is named twice is read once",
          ],
          [
            "Not a capture, Not read",
            "files without a record, and what they seem to be, and files that could not be read",
          ],
        ],
      },
      "Of each the first twenty are listed. Control and format characters of names and keys are shown as escapes (\\x1b, \\u202e).",
      {
        items: [
          ["text", "all of this"],
          [
            "csv",
            "the table alone: what is missing or wrong goes to standard error. Its columns are the key, named by what it stands for (by and key, if that differs), packets, bytes, first_seen, last_seen, busiest_minute and busiest_minute_packets",
          ],
          [
            "jsonl",
            "a line of type row for each row, of type interface for each interface (captures, covered seconds, first, last, gaps, longestGap, overlaps, longestOverlap), of type incomplete for each such run (host, interface, run, start, why), of type problem for each kind of them (kind, count, examples, or file), and one of type summary (by, a list of what the rows stand for; unknown, the fields that some captures do not count by; ticks; screens, the runs that are exported screens of top; hidden, the rows that --top left out; incomplete, whether the exit code is 8; busiestIsLeast; hasCsv; and the classes)",
          ],
          ["html", "one self-contained page with a chart, which loads nothing"],
        ],
      },
    ],
  }],
};
