#!/usr/bin/env bash
# Tests the package on a fresh machine: a systemd-nspawn container with a minimal
# Debian and a private network. The timer starts a capture, the capture counts, a
# reinstallation keeps changed settings, and a purge leaves nothing.
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
inside systemd-analyze verify --man=no xdptally@eth0.service xdptally@eth0.timer
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

echo "Reinstalling during a capture"
inside systemctl start xdptally@eth0.service
wait_for "a second capture" records 'map(select(.type == "start")) | length == 2'
install_package
cmp "$work/default" "$root/etc/default/xdptally"
expect_output "the timer after a reinstallation" active inside systemctl is-active xdptally@eth0.timer
expect_output "the timer after a reinstallation" enabled inside systemctl is-enabled xdptally@eth0.timer
expect_output "the capture after a reinstallation" active inside systemctl is-active xdptally@eth0.service

echo "Removing during a capture"
inside dpkg --remove xdptally >/dev/null
records 'last | .type == "end" and .complete' >/dev/null || fail "the removal did not end the capture"
expect_output "the timer after the removal" inactive inside systemctl is-active xdptally@eth0.timer
[ ! -e "$root/usr/bin/xdptally" ] || fail "the removal left the executable"
cmp "$work/default" "$root/etc/default/xdptally"
[ -L "$root/etc/systemd/system/timers.target.wants/xdptally@eth0.timer" ] || fail "the removal disabled the timer"

echo "Purging"
rm -r "$root/etc/systemd/system/xdptally@eth0.timer.d"
inside dpkg --purge xdptally >/dev/null
! inside dpkg --status xdptally >/dev/null 2>&1 || fail "dpkg still knows it"
files >"$work/after"
diff "$work/before" "$work/after" || fail "the purge left files (>) or deleted others (<)"
expect_output "the machine, at the end" running inside systemctl is-system-running

kill -s RTMIN+4 "$leader" # to systemd: power off
wait "$nspawn" || fail "the machine ended with $(cat "$work/console")"
nspawn=
