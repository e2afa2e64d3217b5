/** What the man page says about the whole program: rights, signals, files and so on. */
import type { ManualSection } from "../cli/command_docs.ts";
import type { Program } from "../cli/man.ts";

const RIGHTS: ManualSection = {
  title: "RIGHTS",
  blocks: [
    "Loading and attaching need root, or the capabilities CAP_NET_ADMIN, CAP_BPF and CAP_PERFMON. Once attached, a root process becomes the user of --user on all threads and keeps no capability, except in the cases below. From then on no thread can start a program, and no other process of that user can trace it.",
    {
      items: [
        ["before Linux 5.19", "CAP_BPF: that kernel asks for it on each read."],
        [
          "generic mode",
          "CAP_NET_ADMIN, if attaching turned off offloads, which are turned on again at the end.",
        ],
        [
          "--wait-interface",
          "all three, on the main thread, effective only while it attaches.",
        ],
        [
          "-o FILE.prom",
          "root, if that user may not write to the folder: the file is replaced at each tick. A warning says so.",
        ],
        ["--user root", "all of root's rights."],
      ],
    },
    "To run xdptally without root, give the capabilities to the file:",
    {
      code:
        "sudo setcap cap_net_admin,cap_bpf,cap_perfmon+ep /usr/local/bin/xdptally",
    },
    "Anyone who may run that file may count packets, so choose its group and mode. check needs the rights of a run; read, report, help and version need none.",
    "The program only reads frames and lets all of them pass. It is attached by a link that belongs to the process, so the kernel detaches it when the process ends in any way, also by kill -9. In generic mode the kernel turns off some offloads while a program is attached. xdptally turns them on again at its end; a notice at the start has the ethtool -K command that does so after a kill.",
  ],
};

const SIGNALS: ManualSection = {
  title: "SIGNALS",
  blocks: [
    {
      items: [
        [
          "SIGINT, SIGTERM",
          "End the run: detach, read the counts up to the last frame, and write the end records. A second signal, more than a second later, does not wait for the last records; the exit code is then 128 plus the signal's number.",
        ],
        [
          "SIGHUP",
          "The same, but ignored with -o and without a terminal. nohup has no effect; use setsid.",
        ],
        [
          "SIGUSR1",
          "Write a summary of the run so far to standard error; the run goes on. In top, draw the screen again.",
        ],
        ["SIGQUIT", "In top, end the run as SIGINT does."],
        ["SIGTSTP", "In top, suspend; SIGCONT goes on."],
      ],
    },
    "When the reader of standard output closes it, as in xdptally eth0 | head, the run ends with exit code 0.",
  ],
};

const ENVIRONMENT: ManualSection = {
  title: "ENVIRONMENT",
  blocks: [
    {
      items: [
        [
          "NO_COLOR",
          "In top: no colours, if it is not empty. sudo drops it; use --no-color there.",
        ],
        [
          "TERM, COLORTERM",
          "In top: how many colours the terminal has. With TERM empty or dumb, top does not start.",
        ],
        [
          "LC_ALL, LC_CTYPE, LANG",
          "In top: bars and curves are drawn in Unicode if the first of these that is set names UTF-8, else in ASCII.",
        ],
        [
          "NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID",
          "Where a service manager such as systemd wants to hear that all is attached, of each tick that was read whole, if it has a watchdog, and of the end; see sd_notify(3).",
        ],
        [
          "JOURNAL_STREAM",
          "If it says that standard error is the journal, each message begins with its level instead of xdptally:; see sd-daemon(3).",
        ],
        ["TZ, TZDIR", "The time zone of --local, see tzset(3)."],
        [
          "SSLKEYLOGFILE, DENO_UNSTABLE_CRON_SOCK, ICU_DATA, ICU_TIMEZONE_FILES_DIR",
          "The Deno runtime in the executable reads these, and a few more, before xdptally runs: it creates an empty file, connects to a socket, or looks for data there. sudo without -E, cron and systemd do not pass them on, and the systemd unit unsets them.",
        ],
        [
          "LD_LIBRARY_PATH, LD_PRELOAD",
          "As in every program; not with file capabilities.",
        ],
      ],
    },
  ],
};

const FILES: ManualSection = {
  title: "FILES",
  blocks: [
    {
      items: [
        [
          "/var/log/xdptally/HOST-INTERFACE-YYYYMMDD.jsonl",
          "Captures that the cron job and the systemd unit write.",
        ],
        [
          "FILE.torn",
          "An incomplete last line of FILE, left by a kill or a full disk. The next run that appends to FILE moves it there.",
        ],
        [
          "/etc/default/xdptally",
          "OPTIONS of the captures that systemd runs.",
        ],
        [
          "/etc/default/xdptally-exporter",
          "INTERFACES and OPTIONS of the exporter that systemd runs.",
        ],
      ],
    },
    "xdptally writes no other files than -o and the export of top name. These files come with the sources and the tarballs; the package installs the first eight.",
    {
      items: [
        [
          "contrib/default/xdptally",
          "The options of the unit, for /etc/default/.",
        ],
        [
          "contrib/default/xdptally-exporter",
          "The interfaces and options of the exporter, for /etc/default/.",
        ],
        [
          "contrib/systemd/xdptally@.service",
          "A capture of one interface, with few rights.",
        ],
        [
          "contrib/systemd/xdptally@.timer",
          "Starts it every ten minutes: systemctl enable --now xdptally@eth0.timer",
        ],
        [
          "contrib/systemd/xdptally-exporter.service",
          "Serves metrics all the time: systemctl enable --now xdptally-exporter",
        ],
        [
          "contrib/systemd/xdptally-exporter.service.d/secrets.conf",
          "Its token and certificate as systemd's credentials.",
        ],
        [
          "contrib/sysusers.d/xdptally.conf",
          "The user that a run becomes, for systemd-sysusers.",
        ],
        [
          "contrib/logrotate.d/xdptally",
          "Compresses captures that are two days old, and removes all after 90 days.",
        ],
        [
          "contrib/cron.d/xdptally",
          "The same captures from cron, for /etc/cron.d/. Use either this or the timer, not both.",
        ],
        [
          "contrib/prometheus/prometheus.yml",
          "The jobs that scrape --listen and node_exporter.",
        ],
        [
          "contrib/prometheus/targets/xdptally.yml",
          "The hosts with --listen.",
        ],
        [
          "contrib/prometheus/targets/node.yml",
          "The hosts with captures by cron and node_exporter.",
        ],
        [
          "contrib/prometheus/recording.rules.yml",
          "Rates by host, which the alerts and the dashboard use.",
        ],
        [
          "contrib/prometheus/alerts.rules.yml",
          "Alerts: floods, and hosts that are not counted.",
        ],
        [
          "contrib/grafana/dashboard.json",
          "A dashboard of a fleet and of its hosts.",
        ],
        [
          "contrib/clickhouse/schema.sql",
          "Tables for captures.",
        ],
        [
          "contrib/clickhouse/load.sh",
          "Loads captures, CSV or JSON Lines, into them.",
        ],
        [
          "contrib/clickhouse/jsonl.sql",
          "The query with which load.sh reads JSON Lines.",
        ],
      ],
    },
  ],
};

/** What the man page says besides the commands; the caller adds version and date. */
export const PROGRAM: Omit<Program, "version" | "date"> = {
  summary: "count packets by source address at XDP",
  description: [
    "xdptally attaches a BPF program to each interface, where the kernel receives frames, and says which source addresses send packets. It counts every frame in exactly one class and, separately, in a total, and says when the two do not agree. All frames pass. The program is detached at the end, and by the kernel if xdptally is killed.",
    "The default command is watch. A time is a number of seconds, or a number with ms, s, m, h or d.",
  ],
  sections: [RIGHTS, SIGNALS, ENVIRONMENT, FILES],
  exitStatus: [
    "If several apply, a run ends with the first of 7, 4, 8, 9 and 0. A second signal ends it with 128 plus the signal's number: 130 for SIGINT, 143 for SIGTERM. An error is one line on standard error: what failed, the cause, and the remedy.",
  ],
  seeAlso: [
    ["jq", 1],
    ["cron", 8],
    ["ethtool", 8],
    ["ip", 8],
    ["logrotate", 8],
    ["setcap", 8],
    ["tc-bpf", 8],
    ["tcpdump", 8],
  ],
};
