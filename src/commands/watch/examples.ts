/** Examples of `watch` that only the man page shows. */
import type { Example } from "../../cli/command_docs.ts";

export const EXAMPLES: readonly Example[] = [
  {
    what: "in a flood from random addresses: the ten networks that send most",
    line: "sudo xdptally --prefix4 24 --prefix6 48 --top 10 eth0",
  },
  {
    what: "the protocols and ports to which the hosts of a network send",
    line: "sudo xdptally --filter 192.0.2.0/24 --by source,port eth0",
  },
  {
    what: "next to another XDP program, and also outgoing frames (Linux 6.6)",
    line: "sudo xdptally --hook tc --direction both eth0",
  },
  {
    what: "a table for a spreadsheet, with a row for each source and second",
    line: "sudo xdptally -d 60s -o eth0.csv eth0",
  },
  {
    what:
      "a line of /etc/cron.d: one minute of every ten, into a file a day in a folder",
    line:
      "*/10 * * * * root /usr/local/bin/xdptally eth0 -q -d 60s -o /var/log/xdptally/",
  },
  {
    what: "the same by systemd, with the options of /etc/default/xdptally",
    line: "systemctl enable --now xdptally@eth0.timer",
  },
  {
    what:
      "in a crontab, a file name with fields: each % needs a backslash there",
    line:
      "0 * * * * /usr/local/bin/xdptally eth0 -qd 1m -o /srv/\\%h/\\%Y\\%m\\%d.jsonl",
  },
  {
    what:
      "an alarm: one line in the system's log when a source sends more than 10,000 packets a second",
    line: `sudo xdptally -q --exit-over 10000pps eth0 >/dev/null
[ $? -ne 9 ] || logger "flood on eth0"`,
  },
  {
    what: "metrics for a Prometheus that scrapes this host",
    line:
      "sudo xdptally -q --listen 9435 eth0 &\ncurl -s http://127.0.0.1:9435/metrics",
  },
  {
    what: "the same with node_exporter's textfile collector, from cron",
    line:
      "sudo xdptally -q -d 60s --user root \\\n    -o /var/lib/prometheus/node-exporter/xdptally.prom eth0",
  },
  {
    what: "the packets of each source in one second, for other programs",
    line: `sudo xdptally -q -j -c 1 eth0 |
    jq -r 'select(.type == "end").sources[] | "\\(.packets) \\(.ip)"'`,
  },
  {
    what: "the runs of a day whose numbers are incomplete",
    line: `zcat /var/log/xdptally/*-20260301*.jsonl.gz |
    jq 'select(.type == "end" and .complete == false) | .host, .start'`,
  },
  {
    what:
      "logrotate for a capture that runs all the time, in a folder owned by root",
    line: `/var/log/xdptally/eth0.jsonl {
	daily
	rotate 30
	compress
	copytruncate
	missingok
}`,
  },
];
