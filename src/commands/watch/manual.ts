/** What the man page says about `watch`: what is counted, and each output. */
import { KEY_FIELDS } from "../../basics/keys.ts";
import type { Manual, ManualSection } from "../../cli/command_docs.ts";
import { FORMATS } from "../../formats/all.ts";
import { NAME_FIELDS } from "../../formats/capture_name.ts";
import { NAMES } from "../naming_manual.ts";
import { CSV_COLUMNS } from "../../formats/csv.ts";
import { metricNames } from "../../formats/metrics.ts";
import { HOOKS } from "../../hooks/all.ts";
import { EXAMPLES } from "./examples.ts";

const COUNTS: ManualSection = {
  title: "WHAT IS COUNTED",
  blocks: [
    "Every frame that the hook sees is in one of these classes, with its packets and its bytes:",
    {
      items: [
        [
          "source",
          "IPv4 or IPv6, after at most four VLAN tags, eight MPLS labels, or a PPPoE session's header; counted by its source address. In a tunnel that is the outer address, with --inner the innermost one; on a tunnel's own interface, the inner one.",
        ],
        [
          "untracked",
          "No table entry was free for its source. The causes are full (the table has --max-sources sources: raise it, or use --prefix4 24), noMemory (the packet came on a CPU that was added after the start: restart xdptally) and busy (the index had no free slot near the source's hash, or two CPUs added a source at the same time: raise --max-sources).",
        ],
        [
          "nonIp",
          "Neither IPv4 nor IPv6. Records say what it was: arp, lldp and so on, the first EtherTypes that were seen.",
        ],
        [
          "malformed",
          "It ends before the fixed IP header does (cut), or the header has another version than the frame says, or a length below 20 bytes.",
        ],
        ["filtered", "--filter excludes its source."],
        [
          "undecoded",
          "With --inner: in a tunnel, and what is inside cannot be read. It is cut, no IP, compressed, a further fragment, or in a third tunnel. With --hook observe: its headers are not in the frame's first buffer.",
        ],
      ],
    },
    "The total is counted separately, so the sum of the classes can differ from it. If it does, or if something could not be read, text says (INCOMPLETE), a record has complete false, xdptally_complete is 0, and the exit code is 8.",
    "With --hook observe the total is divided once more, by what the XDP program that is there did with each frame: pass, drop, tx, redirect, aborted, and invalid for a value that the kernel does not know and takes as aborted. These sum to the total like the classes. Frames that the kernel kept from xdptally (missed) make a record incomplete.",
    "A row stands for the fields of --by; with --prefix4 and --prefix6 its addresses are networks:",
    {
      items: Object.entries(KEY_FIELDS).map(([key, { help }]) => [key, help]),
    },
    "A packet may lack a field: protocols without ports, later fragments and cut headers have no port, and interfaces without Ethernet no mac and no vlan. Text shows such a field as -, JSON as null, CSV and metrics as nothing. A frame without IP has a row if all fields are of the Ethernet frame (mac, vlan, ethertype) and there is no --filter; else it is counted as non-IP.",
    "Hooks differ in what they see:",
    { items: HOOKS.map(({ name, sees }) => [name, sees]) },
    "At xdp the bytes are those of the frame with its Ethernet header, without the checksum and without a VLAN tag that the hardware removed. xdptally check names the offloads that change the counts. At the end the total is compared with the interface's own counter, and a warning says where the two differ.",
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
    'The first line (wrapped here) has the interface, the end of the tick in UTC, its number, and its packets by class. The interface is "eth0 out" for outgoing packets. "N others" are the sources that --top cut off. "(with N missed deadlines)" means that the tick spans more than one interval, and "(INCOMPLETE)" that the line does not add up. With --hook observe the verdicts follow: = 200 drop + 40 pass.',
    "The columns of a row are:",
    {
      items: [
        ["192.0.2.10 => 312", "the source, and its packets since the start"],
        ["+160", "its packets in this tick"],
        ["325.1 kB", "its bytes since the start, in powers of 1000"],
        ["158/s", "its packets a second in this tick"],
        [
          "(this tick only)",
          "the table of the run was full (--max-sources), so the row has the counts of this tick",
        ],
      ],
    },
    'The last record, "end (reason) after N ticks in S s", has the counts of the whole run. Its rows have no + column, and their rates are averages over the run. In a file or a pipe it lists all sources unless --top is given.',
    "On a terminal, and in the summary of SIGUSR1, each list is for people: at most 20 rows unless --top is given, below heads, with the bits per second of each source, and then what the others sent, of the tick or of the run:",
    {
      code: `	source => packets   this tick     bytes  packets/s        bit/s
	192.0.2.10 => 312        +160  325.1 kB      158/s  1.27 Mbit/s
	and 20124 others: +14000 packets, 69.93 % of all`,
    },
    "With the others the rows add up to all sources; the share is that of all packets. Lines are folded to the width of the terminal, and columns that have no room are left out.",
    "A control or format character in a name, from the host or an interface, is shown by its number (\\x1b), here and in messages.",
  ],
};

const TALLY = "object of packets and bytes";

const RECORDS: ManualSection = {
  title: "JSON LINES",
  blocks: [
    "JSON Lines (--json) has one object per line: a start for each interface, a tick for each interval, and an end with the counts of the run. Integers above 2^53 - 1 are strings of digits. Times are ISO 8601 in UTC with milliseconds. schema stays 1 as long as fields are only added. A run without an end record was killed, or is still running. Each record has:",
    {
      items: [
        ["schema", "1"],
        ["type", "start, tick or end"],
        ["host", "the host's name"],
        [
          "run",
          "a UUID, the same for all interfaces attached together; an interface that comes back gets a new one",
        ],
        ["interface", "its name when the run began"],
        ["direction", "in or out, as the interface sees it"],
        ["by", "the fields of --by; absent if that is source alone"],
        [
          "inner",
          "the ports by which tunnels over UDP are known; absent without --inner",
        ],
      ],
    },
    "A start has also:",
    {
      items: [
        ["ifindex", "the interface's index"],
        ["mode", "native, generic, tc or observe; file in the records of read"],
        [
          "modeReason",
          "why this mode was chosen; absent if the options leave no choice",
        ],
        [
          "holder",
          "the XDP program that was there already: id, name, and pid of its process, as far as they were to be known; absent without one",
        ],
        ["version", "the version of xdptally"],
        ["start", "when the program was attached"],
        ["interval", "seconds between ticks"],
        ["filter", "the value of --filter; absent without one"],
      ],
    },
    "A tick or an end has also:",
    {
      items: [
        ["seq", "in a tick: its number in the run, from 1"],
        [
          "reason",
          "in an end: count, duration, signal, threshold (--exit-over), interface-gone, holder-gone (the program that was observed), detached (by somebody else), recount (top went on as another run), so far and screen (exports of top), or end of file (of read)",
        ],
        ["start", "when the tick or the run began"],
        ["end", "when it ended"],
        [
          "elapsed",
          "its seconds by CLOCK_BOOTTIME: includes suspend, unaffected by clock steps",
        ],
        ["skipped", "in a tick: missed deadlines that it also covers"],
        ["ticks", "in an end: the ticks of the run"],
        ["complete", "true if all was read and the classes add up to total"],
        ["total", `${TALLY}: everything that the program saw`],
        [
          "sources",
          "array with an object for each source: ip (an address or a network), packets and bytes. With by it has the fields of by instead of ip, such as source, protocol, sourcePort; one that the packet lacks is null. In the order of --sort, at most --top",
        ],
        [
          "others",
          "the sum of the sources that --top cut off: sources (how many), packets, bytes",
        ],
        [
          "untracked",
          "packets and bytes; and its packets by cause: full, noMemory, busy",
        ],
        [
          "nonIp",
          "packets and bytes; and types, its packets by EtherType, with other for those beyond the first ones",
        ],
        [
          "malformed",
          "packets and bytes; and its packets by cause: cut, version, length",
        ],
        ["filtered", TALLY],
        ["undecoded", TALLY],
        [
          "verdicts",
          `with --hook observe: by verdict, ${TALLY}; those that occurred, which sum to total`,
        ],
        [
          "missed",
          "with --hook observe: frames that the kernel kept from xdptally, because it was run already on that CPU",
        ],
        [
          "rxCounter",
          `${TALLY}: what the interface's own counter received since the start of the run, up to two seconds late; null if there is none`,
        ],
        ["txCounter", "the same for what it sent, if direction is out"],
      ],
    },
    "In packets and in bytes, total is the sum of sources, others, untracked, nonIp, malformed, filtered and undecoded. The ticks sum to the end record, with one exception: a source that did not fit into the table of the run has a row in its ticks, and is untracked in the end record.",
  ],
};

const CSV: ManualSection = {
  title: "CSV",
  blocks: [
    "A header, then the rows of each tick (RFC 4180, lines end in CR LF). The rows of a tick add up to its row of class total, which has columns of its own: the sum of packets counts none twice. What a spreadsheet would take for a formula has an apostrophe in front. The columns, in their order:",
    { items: Object.entries(CSV_COLUMNS) },
  ],
};

const FILE_NAMES: ManualSection = {
  title: "FILE NAMES",
  blocks: [
    "-o takes a file, or a folder that ends in a slash. The names of files may have these fields, as in strftime(3); in a host's or an interface's name a slash and a dot at the start become _:",
    {
      items: Object.entries(NAME_FIELDS).map((
        [letter, { help }],
      ) => [`%${letter}`, help]),
    },
    "The time is the start of a start or tick record and the end of an end record, in UTC unless --local is given. --format decides the format, else the ending of the name; without one it is text. An ending that says another format is an error, and so is an unknown one without --format. The formats, with their endings and the names of their files in a folder:",
    {
      items: FORMATS.map(({ name, endings, fileName, help }) => [
        name,
        `${endings.join(", ")}, ${fileName}: ${help}.`,
      ]),
    },
    "A folder without --format gets JSON Lines. With .gz after the ending each write is a gzip member of its own, and gunzip reads them in sequence; metrics are not compressed.",
    "Each record is in the file as a whole when its tick is over. Records are appended under a lock (flock), so several runs may share a file. While a disk is full or somebody else has a lock, counting goes on and records wait; at the end a lock is not respected. A file that is no capture of the format is refused. New files have mode 0640 (--file-mode), new folders 0750; they belong to the user of --user where that user may make them. A link on the way is followed only if root or that user owns it.",
    { heading: "Rotation" },
    "A name with a day in it rotates by itself; contrib/logrotate.d/xdptally compresses and removes such files. After a rename or removal a new file is created if the user of --user may create it; otherwise writing continues in the old file, and a notice at the start says so. In that case use copytruncate, or --user with a user who owns the folder.",
  ],
};

const METRICS: ManualSection = {
  title: "METRICS",
  blocks: [
    "--listen serves metrics at /metrics (OpenMetrics, if Accept ranks it at least as high as text/plain; else Prometheus' text format). /healthz answers 200, or 503 when an interface is no longer counted or its last tick is older than three intervals and 5 s. -o FILE.prom writes the same metrics to a file.",
    {
      items: metricNames().map((
        { name, type, help },
      ) => [name, `${help} (${type}).`]),
    },
    "All have the labels interface and direction. There are also version (of xdptally_build_info), mode (native, generic, tc, observe), family (ipv4, ipv6), class (source, untracked, non_ip, malformed, filtered, undecoded), cause (full, no_memory, busy; cut, version, length), verdict (with --hook observe), type (an EtherType) and source; with --by a label for each field, such as source_port. A value is the name itself, with the format's escapes for backslash, quote and newline.",
    'Counters start at 0 with each run and grow at ticks. Only the --labels sources with the most packets have a series of their own. Do not take the rate of source="other": it jumps when a source is no longer among them and all its packets are added there. Use the rate of class="source" minus those of the other series.',
  ],
};

export const manual: Manual = {
  sections: [COUNTS, TEXT, RECORDS, CSV, FILE_NAMES, METRICS, NAMES],
  examples: EXAMPLES,
};
