#!/usr/bin/env bash
# Tests the package on a fresh machine: a systemd-nspawn container with a minimal
# Debian and a private network. The timer starts a capture, the capture counts, the
# exporter serves and systemd watches it, a reinstallation keeps changed settings, and a
# purge leaves nothing.
# usage: machine.sh FILE.deb
set -euo pipefail
cd "$(dirname "$0")/../.."
. toolchain/apt.sh

deb=$1
image=$PWD/.toolchain/machine.tar
work=$(mktemp -d)
root=$work/root
log=$root/var/log/xdptally
id=$(basename "$work")
machine=xdptally-machine-$id
peer=xdptally-peer-$id
nspawn=

clean() {
	[ -z "$nspawn" ] || {
		kill -KILL "$leader" "$nspawn" 2>/dev/null || true
		wait "$nspawn" 2>/dev/null || true
	}
	for name in "$machine" "$peer"; do ip netns delete "$name" 2>/dev/null || true; done
	# Where no systemd runs, systemd-nspawn leaves its control groups.
	[ -d /run/systemd/system ] ||
		find /sys/fs/cgroup/{,systemd/,unified/}{payload,supervisor} -depth -type d -exec rmdir {} \; 2>/dev/null || true
	rm -rf "$work"
}
leader=
trap clean EXIT

fail() {
	echo "Failed: $1" >&2
	[ -z "$leader" ] || inside journalctl --no-pager -n 30 >&2 || true
	exit 1
}

# wait_for WHAT COMMAND…: waits until the command succeeds, at most two minutes.
wait_for() {
	local what=$1 end=$((SECONDS + 120))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || fail "waited for $what"
		sleep 0.1
	done
}

# expect_output WHAT EXPECTED COMMAND…: checks a command's output, not its exit code.
expect_output() {
	local what=$1 expected=$2 output
	shift 2
	output=$("$@" 2>&1) || true
	[ "$output" = "$expected" ] || fail "$what is \"$output\", not \"$expected\""
}

# inside COMMAND…: runs a command in the container.
inside() {
	nsenter --target "$leader" --all env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C "$@" </dev/null
}

make_image() {
	local release
	release=$(. /etc/os-release && echo "$VERSION_CODENAME")
	echo "Making a machine with Debian's $release"
	apt-config dump Acquire >"$work/acquire"
	mmdebstrap --quiet --variant=minbase --include=logrotate,systemd-sysv --aptopt="$work/acquire" \
		"$release" "$work/machine.tar" "$(source_of Debian "$release" "$(dpkg --print-architecture)")"
	mv "$work/machine.tar" "$image"
}

boot() {
	mkdir "$root"
	tar xf "$image" -C "$root"
	for name in "$machine" "$peer"; do ip netns add "$name"; done
	ip -n "$machine" link add eth0 type veth peer name eth0 netns "$peer"
	ip -n "$machine" address add 10.9.0.2/24 dev eth0
	ip -n "$peer" address add 10.9.0.1/24 dev eth0
	for name in "$machine" "$peer"; do ip -n "$name" link set eth0 up; done
	systemd-nspawn --quiet --directory="$root" --boot --register=no --keep-unit --console=pipe \
		--network-namespace-path="/run/netns/$machine" \
		--capability=CAP_BPF,CAP_PERFMON,CAP_NET_ADMIN --system-call-filter=bpf \
		</dev/null >"$work/console" 2>&1 &
	nspawn=$!
	wait_for "the machine's init" pgrep --parent "$nspawn" systemd
	leader=$(pgrep --parent "$nspawn" systemd)
	wait_for "the machine to run" inside systemctl is-system-running
}

# Lists all files, except those that the running system and dpkg write, and the
# checksums of those in /etc.
files() {
	(
		cd "$root"
		find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./run -o -path ./tmp \
			-o -path ./var/tmp -o -path ./var/log/journal -o -path ./var/log/dpkg.log \
			-o -path ./var/lib/dpkg -o -path ./var/lib/systemd/timers \) -prune -o -print
		# A user that the package made stays.
		find etc -type f ! -name "passwd*" ! -name "group*" ! -name "shadow*" ! -name "gshadow*" -exec sha256sum {} +
	) | sort
}

install_package() {
	inside dpkg --install /root/xdptally.deb >"$work/dpkg" 2>&1 || {
		cat "$work/dpkg" >&2
		fail "dpkg --install"
	}
}

# records FILTER: whether a jq filter is true for the records of all captures.
records() {
	jq -es "$1" "$log"/*.jsonl
}

[ -e "$image" ] || make_image
boot
cp "$deb" "$root/root/xdptally.deb"
files >"$work/before"

echo "Installing the package on a fresh machine"
install_package
inside xdptally -V | tee "$work/version"
grep -q '^embedded libbpf\.so\.1 ' "$work/version" || fail "xdptally did not use the embedded libbpf"
inside getent passwd xdptally >"$work/passwd" || fail "there is no user xdptally"
grep -q ':/usr/sbin/nologin$' "$work/passwd" || fail "somebody may log in: $(cat "$work/passwd")"
expect_output "the timer before it was enabled" disabled inside systemctl is-enabled xdptally@eth0.timer
expect_output "the exporter before it was enabled" disabled inside systemctl is-enabled xdptally-exporter
inside systemd-analyze verify --man=no xdptally@eth0.service xdptally@eth0.timer xdptally-exporter.service
inside logrotate --debug /etc/logrotate.d/xdptally >"$work/logrotate" 2>&1 || fail "logrotate: $(cat "$work/logrotate")"

echo "Enabling the timer"
echo 'OPTIONS="-q -i 100ms -o /var/log/xdptally/"' >"$root/etc/default/xdptally"
cp "$root/etc/default/xdptally" "$work/default"
mkdir -p "$root/etc/systemd/system/xdptally@eth0.timer.d"
printf '[Timer]\nOnActiveSec=1s\nRandomizedDelaySec=0\n' >"$root/etc/systemd/system/xdptally@eth0.timer.d/soon.conf"
inside systemctl daemon-reload
inside systemctl enable --quiet --now xdptally@eth0.timer
wait_for "the timer's capture" records 'any(.type == "start")'
pid=$(inside systemctl show --value --property=MainPID xdptally@eth0.service)
expect_output "the user of the capture" "$(cut -d: -f3 "$work/passwd")" \
	inside sed -n 's/^Uid:\t\([0-9]*\).*/\1/p' "/proc/$pid/status"
ip netns exec "$peer" ping -q -c 5 -i 0.2 10.9.0.2 >/dev/null
inside systemctl stop --quiet xdptally@eth0.service
expect_output "the capture's result" success inside systemctl show --value --property=Result xdptally@eth0.service
records 'last | .type == "end" and .complete and .interface == "eth0"
	and ([.sources[] | select(.ip == "10.9.0.1").packets] == [5])' >/dev/null ||
	fail "the capture ended with $(tail -n 1 "$log"/*.jsonl)"

# documented NUMBER: runs the commands of one of the marked blocks of docs/fleet.md.
documented() {
	local commands
	commands=$(awk -v number="$1" '
		/^<!-- tests\/package\/machine.sh runs/ { block++ }
		/^```$/ { inside = 0 }
		inside
		/^```sh$/ { inside = block == number }' docs/fleet.md)
	[ -n "$commands" ] || fail "docs/fleet.md has no block $1"
	inside sh -e -c "$commands" >"$work/documented" 2>&1 || fail "block $1 of docs/fleet.md: $(cat "$work/documented")"
}

echo "Enabling the exporter"
exporter() {
	inside systemctl show --value --property="$1" xdptally-exporter
}
# The start ends when the service is ready: the program is attached then.
documented 1
grep -q 'Active: active (running)' "$work/documented" || fail "its status is $(cat "$work/documented")"
grep -q 'Status: "Counting on eth0"' "$work/documented" || fail "its status is $(cat "$work/documented")"
expect_output "the exporter's metrics without a token" "ok" ip netns exec "$peer" curl --silent http://10.9.0.2:9435/healthz
cp "$root/etc/default/xdptally-exporter" "$work/default-exporter"

echo "Giving it a token and a certificate"
mkdir "$root/etc/xdptally"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=10.9.0.2 -addext subjectAltName=IP:10.9.0.2 \
	-keyout "$root/etc/xdptally/key.pem" -out "$root/etc/xdptally/cert.pem" 2>/dev/null
documented 2
pid=$(exporter MainPID)
expect_output "the user of the exporter" "$(cut -d: -f3 "$work/passwd")" \
	inside sed -n 's/^Uid:\t\([0-9]*\).*/\1/p' "/proc/$pid/status"
scrape() {
	ip netns exec "$peer" curl --silent --show-error --fail --cacert "$root/etc/xdptally/cert.pem" \
		"$@" https://10.9.0.2:9435/metrics
}
! scrape >/dev/null 2>&1 || fail "the metrics need no token"
ip netns exec "$peer" ping -q -c 5 -i 0.2 10.9.0.2 >/dev/null
counted() {
	scrape --header "Authorization: Bearer $(cat "$root/etc/xdptally/token")" |
		grep -Eq '^xdptally_source_packets_total\{.*source="10\.9\.0\.1"\} [1-9]'
}
wait_for "the metrics of the peer" counted
expect_output "what the exporter wrote besides notices" "" \
	inside journalctl --quiet --output=cat --unit=xdptally-exporter --grep='=> [0-9]'
inside journalctl --quiet --output=json --unit=xdptally-exporter >"$work/journal"
jq -es 'map(select(.SYSLOG_IDENTIFIER == "xdptally")) |
	any(.PRIORITY == "6" and (.MESSAGE | startswith("Serving metrics at https://"))) and
	all(.MESSAGE | startswith("xdptally: ") | not)' "$work/journal" >/dev/null ||
	fail "the exporter's journal is $(cat "$work/journal")"

echo "Watching the exporter"
fed=$(exporter WatchdogTimestampMonotonic)
fed_again() {
	[ "$(exporter WatchdogTimestampMonotonic)" != "$fed" ]
}
wait_for "a tick that feeds the watchdog" fed_again
printf '[Service]\nWatchdogSec=2s\nRestartSec=100ms\n' >"$root/etc/systemd/system/xdptally-exporter.service.d/soon.conf"
inside systemctl daemon-reload
inside systemctl restart xdptally-exporter
pid=$(exporter MainPID)
# The unit asks for 8 s by its ticks of one second: a stopped process is killed after that.
inside sh -c "kill -STOP $pid"
restarted() {
	[ "$(exporter NRestarts)" = 1 ] && [ "$(exporter ActiveState)" = active ]
}
wait_for "the watchdog to restart a run whose ticks are stuck" restarted
wait_for "the metrics after the restart" counted
inside journalctl --quiet --output=cat --unit=xdptally-exporter --grep='Watchdog timeout' | grep -q . ||
	fail "it was not the watchdog"
rm "$root/etc/systemd/system/xdptally-exporter.service.d/soon.conf"
inside systemctl daemon-reload

echo "Starting the exporter without its interface"
inside systemctl stop xdptally-exporter
expect_output "the exporter's result" success exporter Result
sed -i 's/eth0/none0/' "$root/etc/default/xdptally-exporter"
! inside systemctl start xdptally-exporter 2>/dev/null || fail "it was ready without its interface"
tried_again() {
	[ "$(exporter NRestarts)" -gt 0 ]
}
wait_for "a new attempt" tried_again
cp "$work/default-exporter" "$root/etc/default/xdptally-exporter"
wait_for "the exporter, once its interface is named" inside systemctl is-active xdptally-exporter

echo "Reinstalling during a capture"
inside systemctl start xdptally@eth0.service
wait_for "a second capture" records 'map(select(.type == "start")) | length == 2'
pid=$(exporter MainPID)
install_package
cmp "$work/default-exporter" "$root/etc/default/xdptally-exporter"
expect_output "the exporter after a reinstallation" active inside systemctl is-active xdptally-exporter
[ "$(exporter MainPID)" != "$pid" ] || fail "the exporter was not restarted"
cmp "$work/default" "$root/etc/default/xdptally"
expect_output "the timer after a reinstallation" active inside systemctl is-active xdptally@eth0.timer
expect_output "the timer after a reinstallation" enabled inside systemctl is-enabled xdptally@eth0.timer
expect_output "the capture after a reinstallation" active inside systemctl is-active xdptally@eth0.service

echo "Removing during a capture"
inside dpkg --remove xdptally >/dev/null
records 'last | .type == "end" and .complete' >/dev/null || fail "the removal did not end the capture"
expect_output "the timer after the removal" inactive inside systemctl is-active xdptally@eth0.timer
expect_output "the exporter after the removal" inactive inside systemctl is-active xdptally-exporter
[ ! -e "$root/usr/bin/xdptally" ] || fail "the removal left the executable"
cmp "$work/default" "$root/etc/default/xdptally"
[ -L "$root/etc/systemd/system/timers.target.wants/xdptally@eth0.timer" ] || fail "the removal disabled the timer"

echo "Purging"
rm -r "$root/etc/systemd/system/xdptally@eth0.timer.d" "$root/etc/systemd/system/xdptally-exporter.service.d" \
	"$root/etc/xdptally"
inside dpkg --purge xdptally >/dev/null
! inside dpkg --status xdptally >/dev/null 2>&1 || fail "dpkg still knows it"
files >"$work/after"
diff "$work/before" "$work/after" || fail "the purge left files (>) or deleted others (<)"
expect_output "the machine, at the end" running inside systemctl is-system-running

kill -s RTMIN+4 "$leader" # to systemd: power off
wait "$nspawn" || fail "the machine ended with $(cat "$work/console")"
nspawn=
