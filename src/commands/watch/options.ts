/** An option of the command line. */
export interface Option {
  readonly name: string;
  readonly short?: string;
  /** The name of its value in the help; undefined: it takes none. */
  readonly value?: string;
  readonly help: string;
  /** Only `--help` shows it, not `-h`. */
  readonly isRare?: boolean;
}

/**
 * All options, in the order of the help. The parser, the help and what is
 * generated from them take everything from here.
 */
export const OPTIONS = [
  {
    name: "interval",
    short: "i",
    value: "TIME",
    help: "time between ticks: 500ms, 2s, 1m (default 1s)",
  },
  { name: "count", short: "c", value: "N", help: "end after N ticks" },
  { name: "duration", short: "d", value: "TIME", help: "end after this time" },
  {
    name: "top",
    value: "N",
    help: "rows a tick, 0 for all (default 20 in text, else all)",
  },
  {
    name: "sort",
    value: "KEY",
    help: "packets, bytes or ip (default packets)",
  },
  {
    name: "filter",
    value: "NETS",
    help: "only these sources: 10.0.0.0/8,!10.1.0.0/16,2001:db8::/32",
    isRare: true,
  },
  {
    name: "prefix4",
    value: "BITS",
    help: "count by network: 24 for 10.0.0.0/24",
    isRare: true,
  },
  {
    name: "prefix6",
    value: "BITS",
    help: "the same of IPv6: 64",
    isRare: true,
  },
  {
    name: "by",
    value: "KEY",
    help: "source, destination, source,protocol or source,port",
    isRare: true,
  },
  {
    name: "direction",
    value: "DIR",
    help: "in, out or both (default in; out takes Linux 6.6)",
    isRare: true,
  },
  {
    name: "hook",
    value: "HOOK",
    help: "xdp, or tc beside others' XDP programs (Linux 6.6)",
    isRare: true,
  },
  {
    name: "mode",
    short: "m",
    value: "MODE",
    help: "auto, native (driver, drv) or generic (skb)",
  },
  {
    name: "format",
    value: "FORMAT",
    help: "text, jsonl, csv or prom (default text)",
  },
  { name: "json", short: "j", help: "the same as --format jsonl" },
  {
    name: "output",
    short: "o",
    value: "FILE",
    help: "append to FILE, or to a file a day in FOLDER/",
  },
  {
    name: "local",
    help: "times in file names are local",
    isRare: true,
  },
  {
    name: "utc",
    help: "times in file names are UTC (the default)",
    isRare: true,
  },
  {
    name: "fsync",
    help: "wait until the disk has each record",
    isRare: true,
  },
  {
    name: "align",
    help: "tick on the clock's multiples of the interval",
    isRare: true,
  },
  {
    name: "splay",
    value: "TIME",
    help: "wait a random part of TIME before the start",
    isRare: true,
  },
  {
    name: "wait",
    value: "TIME",
    help: "wait so long for an interface that is busy",
    isRare: true,
  },
  {
    name: "wait-interface",
    help: "wait for an interface that is missing or goes away",
    isRare: true,
  },
  {
    name: "exit-over",
    value: "LIMIT",
    help: "end when a source exceeds 10000pps or 1GB (exit 9)",
    isRare: true,
  },
  {
    name: "listen",
    value: "ADDRESS",
    help: "serve metrics on PORT or HOST:PORT (HOST 127.0.0.1)",
    isRare: true,
  },
  {
    name: "listen-token",
    value: "FILE",
    help: "serve them to who has the bearer token in FILE",
    isRare: true,
  },
  {
    name: "listen-cert",
    value: "FILE",
    help: "serve them over TLS, with this certificate",
    isRare: true,
  },
  {
    name: "listen-key",
    value: "FILE",
    help: "and its key",
    isRare: true,
  },
  {
    name: "labels",
    value: "N",
    help: "sources with a series of their own in metrics (default 20)",
    isRare: true,
  },
  {
    name: "user",
    value: "NAME",
    help: "become this user once attached (default nobody)",
    isRare: true,
  },
  {
    name: "max-sources",
    value: "N",
    help: "sources kept per family and interface (default 65536)",
  },
  { name: "list-interfaces", short: "D", help: "list the interfaces and end" },
  { name: "quiet", short: "q", help: "no notices, only warnings and errors" },
  {
    name: "verbose",
    short: "v",
    help: "libbpf's own text with errors; -vv: all of it",
  },
  {
    name: "help",
    short: "h",
    help: "show this; --help shows the rest, for cron and alarms",
  },
  {
    name: "version",
    short: "V",
    help: "show the versions: its own, commit, Deno, libbpf",
  },
] as const satisfies readonly Option[];
