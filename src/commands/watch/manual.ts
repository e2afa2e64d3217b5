/** What the man page says of `watch`: what is counted, and each output. */
import { KEYS } from "../../basics/keys.ts";
import type { Manual, ManualSection } from "../../cli/command_docs.ts";
import { FORMATS } from "../../formats/all.ts";
import { NAME_FIELDS } from "../../formats/capture_name.ts";
import { csv, CSV_COLUMNS } from "../../formats/csv.ts";
import { metricNames } from "../../formats/metrics.ts";
import { HOOKS } from "../../hooks/all.ts";
import { EXAMPLES } from "./examples.ts";

const COUNTS: ManualSection = {
  title: "WHAT IS COUNTED",
  blocks: [
    "Every frame that the hook shows is in one of these classes, with its packets and its bytes:",
    {
      items: [
        [
          "source",
          "IPv4 or IPv6, behind at most two VLAN tags, and counted for its source. In a tunnel it is the outer address that counts.",
        ],
        [
          "untracked",
          "Its source got no room. The causes are full (there are --max-sources sources: raise it, or use --prefix4 24), noMemory (the packet came on a CPU that was added after the start: start again) and busy (too many sources in one place of the index, or two CPUs met a source at the same time: raise --max-sources).",
        ],
        ["nonIp", "Neither IPv4 nor IPv6: ARP, LLDP and so on."],
        [
          "malformed",
          "It ends before the fixed IP header does, or the header has the wrong version or length.",
        ],
        ["filtered", "--filter leaves its source out."],
      ],
    },
    "The total is counted on its own, so that the sum can fail. If it does, or if something could not be read, text says (INCOMPLETE), a record has complete false, xdptally_complete is 0, and the exit code is 8.",
    "A row stands for what --by names; --prefix4 and --prefix6 make its address a network:",
    { items: Object.entries(KEYS).map(([key, { help }]) => [key, help]) },
    "The port is 0 in later fragments; protocols without ports have none.",
    "Hooks differ in what they see:",
    { items: HOOKS.map(({ name, sees }) => [name, sees]) },
    "At xdp the bytes are those of the frame with its Ethernet header, without the checksum and without a VLAN tag that hardware took off. xdptally check names the offloads that change the counts. At the end the total is compared with the interface's own counter, and a warning says where the two differ.",
  ],
};

const TEXT: ManualSection = {
  title: "TEXT",
  blocks: [
    {
      code: `eth0 2026-11-27T13:06:53Z tick 2: 240 packets = 220 from 2 sources
    + 0 untracked + 20 non-IP + 0 malformed
	192.0.2.10 => 312    +160  325.1 kB  158/s
	198.51.100.7 => 117   +60   51.7 kB   59/s`,
    },
    "The first line, here folded, has the interface, the end of the tick in UTC, its number, and its packets by class. The interface is eth0 out for packets that go out. N others stands for the sources that --top left out. (with N missed deadlines) says that the tick stands for more than one interval, and (INCOMPLETE) that the line does not add up.",
    "The columns of a row are:",
    {
      items: [
        ["192.0.2.10 => 312", "the source, and its packets since the start"],
        ["+160", "its packets in this tick"],
        ["325.1 kB", "its bytes since the start, in powers of 1000"],
        ["158/s", "its packets a second in this tick"],
        [
          "(this tick only)",
          "--max-sources was reached in the run when it came, so that the row has this tick alone",
        ],
      ],
    },
    "At the end, end (reason) after N ticks has the whole run. Its rows have no + column, and the rates are those of the run. It lists all sources unless --top is given.",
  ],
};

const TALLY = "object of packets and bytes";

const RECORDS: ManualSection = {
  title: "JSON LINES",
  blocks: [
    "JSON Lines (--json) have an object a line: a start for each interface, a tick for each interval, and an end with the whole run. Integers above 2^53 - 1 are strings of digits. Times are ISO 8601 in UTC with milliseconds. schema stays 1 while fields are only added. A run without end was killed, or is still running. Each record has:",
    {
      items: [
        ["schema", "1"],
        ["type", "start, tick or end"],
        ["host", "the host's name"],
        [
          "run",
          "a UUID, the same for all interfaces of a start; an interface that comes back gets a new one",
        ],
        ["interface", "its name when the run began"],
        ["direction", "in or out, as the interface sees it"],
        ["by", "as --by; absent if that is source"],
      ],
    },
    "A start has also:",
    {
      items: [
        ["ifindex", "the interface's index"],
        ["mode", "native, generic or tc"],
        ["version", "that of xdptally"],
        ["start", "when the program was attached"],
        ["interval", "seconds between ticks"],
        ["filter", "as --filter; absent if there is none"],
      ],
    },
    "A tick or an end has also:",
    {
      items: [
        ["seq", "in a tick: its number in the run, from 1"],
        [
          "reason",
          "in an end: count, duration, signal, threshold (--exit-over), interface-gone, or detached (by somebody else)",
        ],
        ["start", "when the tick or the run began"],
        ["end", "when it ended"],
        [
          "elapsed",
          "its seconds by CLOCK_BOOTTIME: includes suspend, unaffected by clock steps",
        ],
        ["skipped", "in a tick: missed deadlines, for which it stands too"],
        ["ticks", "in an end: the ticks of the run"],
        ["complete", "true if all was read and the classes add up to total"],
        ["total", `${TALLY}: all that the program saw`],
        [
          "sources",
          "array of a source each: ip, an address or a network, or with by in its place key; packets; bytes. In the order of --sort, at most --top",
        ],
        [
          "others",
          "the sum of the sources that --top left out: sources (how many), packets, bytes",
        ],
        [
          "untracked",
          "packets and bytes; and full, noMemory and busy, its packets by cause",
        ],
        ["nonIp", TALLY],
        ["malformed", TALLY],
        ["filtered", TALLY],
        [
          "rxCounter",
          `${TALLY}: what the interface's own counter received since the start of the run, up to two seconds late; null if it has none, or if direction is out`,
        ],
      ],
    },
    "In packets and in bytes, total is the sum of sources, others, untracked, nonIp, malformed and filtered. The ticks sum to the end, except that a source with a row in a tick is untracked in the end if the run's table was full.",
  ],
};

const CSV: ManualSection = {
  title: "CSV",
  blocks: [
    "A header and the rows of each tick (RFC 4180, lines end in CR LF); the rows of a tick sum to its row total.",
    { code: csv.header.trimEnd() },
    { items: Object.entries(CSV_COLUMNS) },
  ],
};

const FILE_NAMES: ManualSection = {
  title: "FILE NAMES",
  blocks: [
    "-o takes a file, or a folder that ends in a slash. The names of files may have these fields, as in strftime(3):",
    {
      items: Object.entries(NAME_FIELDS).map((
        [letter, { help }],
      ) => [`%${letter}`, help]),
    },
    "The time is the start of a start or tick record and the end of an end record, in UTC unless --local is given. The format goes by --format, else by the name's ending, else it is text. These are the formats, with their endings and the names of their files in a folder:",
    {
      items: FORMATS.map(({ name, endings, fileName, help }) => [
        name,
        `${endings.join(", ")}, ${fileName}: ${help}.`,
      ]),
    },
    "A folder without --format gets JSON Lines. With .gz behind the ending each write is a gzip member of its own, which gunzip reads in sequence; metrics are not compressed.",
    "When a tick is over its record is whole in the file: records are appended under a lock (flock), so that several runs may share a file. While a disk is full, counting goes on and records wait.",
    { heading: "Rotation" },
    "A name with a day in it rotates by itself; contrib/logrotate.d/xdptally compresses and removes such files. A file that is renamed or removed is made again if the user of --user may do so; else the old one is written on until the end, which a notice at the start says. There use copytruncate, or --user with a user who owns the folder.",
  ],
};

const METRICS: ManualSection = {
  title: "METRICS",
  blocks: [
    "--listen serves them at /metrics (OpenMetrics, if Accept ranks it at least as high as text/plain; else Prometheus' text format). /healthz answers 200, or 503 when an interface is no longer counted or its last tick is older than three intervals and 5 s. -o FILE.prom writes the same metrics to a file.",
    {
      items: metricNames().map((
        { name, type, help },
      ) => [name, `${help} (${type}).`]),
    },
    "All but xdptally_build_info have the labels interface and direction. There are also version (of xdptally_build_info), mode (native, generic, tc), family (ipv4, ipv6), class (source, untracked, non_ip, malformed, filtered), cause (full, no_memory, busy) and source.",
    'Counters start at 0 with each run and grow at ticks. Only the --labels sources with the most packets have a series of their own. One that is no longer among them moves with all its packets into source="other", which jumps: take no rate of it, but that of class="source" minus those of the other series.',
  ],
};

export const manual: Manual = {
  sections: [COUNTS, TEXT, RECORDS, CSV, FILE_NAMES, METRICS],
  examples: EXAMPLES,
};
