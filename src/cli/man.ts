import { EXIT_MEANINGS } from "../basics/errors.ts";
import { CHECK_OPTIONS } from "../commands/check/options.ts";
import { type Option, OPTIONS } from "../commands/watch/options.ts";
import { REPORT_OPTIONS } from "../commands/report/options.ts";
import { TOP_OPTIONS } from "../commands/top/options.ts";

/** The manual page, in mdoc(7). */
export function manPage(version: string): string {
  return `.\\" Made by toolchain/generate.ts from the option table.
.Dd November 22, 2026
.Dt XDPTALLY 1
.Os
.Sh NAME
.Nm xdptally
.Nd who is sending this machine packets
.Sh SYNOPSIS
.Nm
.Op Cm watch
.Op Ar options
.Ar interface ...
.Nm
.Cm top
.Op Ar options
.Ar interface ...
.Nm
.Cm check
.Op Ar options
.Op Ar interface ...
.Nm
.Cm report
.Op Ar options
.Ar file ...
.Sh DESCRIPTION
.Nm
attaches an XDP program to each
.Ar interface
and logs, every second, which source addresses sent packets.
Every frame is in exactly one place: its source, untracked (no room for its
source), non-IP or malformed; each record has these and a total that was counted
on its own, and says if they do not add up.
All frames pass.
The program is detached at the end, and by the kernel if
.Nm
is killed.
.Pp
.Cm watch
need not be said, but where an interface is named like a command.
.Pp
The options are:
.Bl -tag -width Ds
${(OPTIONS as readonly Option[]).map(item).join("\n")}
.El
.Pp
.Cm top
shows the same live on the whole terminal, sorted by what each source sends now;
the key
.Ic \\&?
lists the others.
Its options are:
.Bl -tag -width Ds
${(TOP_OPTIONS as readonly Option[]).map(item).join("\n")}
.El
.Pp
.Cm check
attaches nothing, and says whether watching would work, how, and what to do
where it would not; it ends with 0 only if it would.
Its options are:
.Bl -tag -width Ds
${(CHECK_OPTIONS as readonly Option[]).map(item).join("\n")}
.El
.Pp
.Cm report
reads captures (.jsonl, .jsonl.gz, or - for standard input) and says who sent
most, and what is missing.
Its options are:
.Bl -tag -width Ds
${(REPORT_OPTIONS as readonly Option[]).map(item).join("\n")}
.El
.Pp
Times are a number of seconds, or one with ms, s, m, h or d behind it.
.Sh OUTPUT RECORDS
.Fl -json
writes an object a line.
Integers are exact, as strings beyond 2^53; times are UTC.
All have
.Em schema
(1),
.Em type ,
.Em host ,
.Em run ,
.Em interface
and
.Em direction .
Readers ignore what they do not know.
.Bl -tag -width Ds
.It Sy start
.Em ifindex , mode , version , start , interval .
.It Sy tick
One window:
.Em seq , start , end , elapsed
(seconds, time asleep included),
.Em skipped
(deadlines that were missed and merged into it),
.Em complete
(all was read, and the books balance),
.Em total , sources , others , untracked , nonIp , malformed , filtered ,
.Em rxCounter .
.It Sy end
The whole run: the same counts,
.Em ticks ,
and
.Em reason :
count, duration, signal, threshold, interface-gone or detached.
.El
.Pp
In packets and in bytes,
total = sources + others + untracked + nonIp + malformed + filtered.
.Sh SIGNALS
SIGINT, SIGTERM and SIGHUP end the run; a second one, a second later or more,
does not wait for the last records.
With
.Fl -output
and without a terminal SIGHUP does not end it.
SIGUSR1 logs a summary.
.Sh EXIT STATUS
.Bl -tag -width Ds
${
    Object.entries(EXIT_MEANINGS).map(([code, text]) =>
      `.It ${code}\n${escape(text)}`
    ).join("\n")
  }
.El
.Sh EXAMPLES
Every second, until Ctrl-C:
.Pp
.Dl # xdptally eth0
.Pp
In a crontab, a minute every ten minutes, into a file a day:
.Pp
.Dl */10 * * * * root /usr/local/bin/xdptally eth0 -q -d 60s -o /var/log/xdptally/
.Pp
An alarm, when one source sends more than 10000 packets a second:
.Pp
.Dl # xdptally eth0 -q -d 5m --exit-over 10000pps -o /dev/null
.Pp
Live, during an incident:
.Pp
.Dl # xdptally top eth0
.Pp
Who sent most in the last day, over all captures:
.Pp
.Dl $ xdptally report --since 24h /var/log/xdptally/*.jsonl
.Sh SEE ALSO
.Xr bpftool 8 ,
.Xr ip 8 ,
.Xr tcpdump 8
.Sh HISTORY
This is
.Nm
${escape(version)}.
`;
}

function item({ name, short, value, help }: Option): string {
  const flags = [
    ...(short === undefined ? [] : [`Fl ${short}`]),
    `Fl -${name}`,
  ];
  const argument = value === undefined ? "" : ` Ar ${value}`;
  return `.It ${flags.join(" , ")}${argument}\n${escape(help)}`;
}

/** Text in which nothing is taken as a macro or an escape. */
function escape(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replace(
    /^([.'])/,
    "\\&$1",
  );
}
