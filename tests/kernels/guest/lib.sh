# Functions that the checks share: a stage of two network namespaces (`here` and
# `peer`), traffic of a known size, and running xdptally and checking its records.
# shellcheck shell=bash disable=SC2016,SC2034 # jq's variables; the checks use ours
set -euo pipefail

DATAGRAMS=100
ETHERNET_BYTES=44 # frame size of send(): 2 bytes of payload, UDP, IPv4 and Ethernet headers
IP_BYTES=30       # the same without an Ethernet header

fail() {
	echo "$*" >&2
	exit 1
}

skip() {
	echo "$*" >&2
	exit 77
}

need_module() {
	modprobe "$1" 2>/dev/null || skip "no module $1"
}

# until_true COMMAND…: waits until it succeeds; init.sh limits the time.
until_true() {
	until "$@"; do sleep 0.1; done
}

here() { ip netns exec here "$@"; }
peer() { ip netns exec peer "$@"; }

# Creates the namespaces, without the packets that IPv6 autoconfiguration sends. That a
# group is joined is reported at once and once, not again a second later.
make_namespaces() {
	local namespace
	sysctl -qw net.ipv6.mld_qrv=1
	for namespace in here peer; do
		ip netns add "$namespace"
		ip netns exec "$namespace" sysctl -qw \
			net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
	done
}

# The stage of most checks: a veth pair, `near` here and `far` at the peer.
make_stage() {
	make_namespaces
	need_module veth
	ip -n here link add near type veth peer name far netns peer
}

# A stage with the guest's two virtio_net devices, which boot.sh bridges.
make_virtio_stage() {
	need_module virtio_net
	make_namespaces
	# The devices return asynchronously from the previous check's namespaces.
	until_true ip link set dev eth0 netns here 2>/dev/null
	until_true ip link set dev eth1 netns peer 2>/dev/null
	join eth0 eth1 10.1.0
}

# link_field NAMESPACE INTERFACE FIELD: prints a field of `ip -json link`.
link_field() {
	ip -n "$1" -json link show dev "$2" | jq -r ".[0].$3"
}

# join INTERFACE PEER_INTERFACE NETWORK: assigns NETWORK.1 here and NETWORK.2 at the
# peer, with permanent neighbour entries, so that no ARP requests are sent.
join() {
	local near=$1 far=$2 network=$3
	set_up here "$near" "$network.1"
	set_up peer "$far" "$network.2"
	add_neighbour here "$near" "$network.2" "$(link_field peer "$far" address)"
	add_neighbour peer "$far" "$network.1" "$(link_field here "$near" address)"
	until_true is_running here "$near"
	until_true is_running peer "$far"
}

# set_up NAMESPACE INTERFACE ADDRESS
set_up() {
	ip -n "$1" address add "$3/24" dev "$2"
	ip -n "$1" link set dev "$2" up
}

# add_neighbour NAMESPACE INTERFACE ADDRESS MAC: does nothing if MAC is null (no Ethernet).
add_neighbour() {
	[ "$4" = null ] || ip -n "$1" neighbour replace "$3" lladdr "$4" dev "$2" nud permanent
}

is_running() {
	ip -n "$1" -json link show dev "$2" | jq -e '.[0].flags | index("LOWER_UP")' >/dev/null
}

# send ADDRESS: sends $DATAGRAMS UDP datagrams from the peer, one frame each.
send() {
	peer bash -c 'for ((i = 0; i < $2; i++)); do echo x >"/dev/udp/$1/9"; done' _ "$1" "$DATAGRAMS"
}

# receive_at NAMESPACE: takes the datagrams that are sent there, else ICMP errors answer.
receive_at() {
	ip netns exec "$1" socat -u UDP6-RECV:9 /dev/null &
	until_true ip netns exec "$1" grep -q ':0009 ' /proc/net/udp6
}

# start_xdptally ARGUMENT…: starts xdptally here and waits until it counts. Its
# records go to the file `records`, its diagnostics to `notices`, its process id to
# $xdptally.
start_xdptally() {
	: >records
	ip netns exec here xdptally --json "$@" >>records 2>notices &
	xdptally=$!
	until_true has_records start 1
}

# has_tcx INTERFACE: whether this kernel has tcx links.
has_tcx() {
	here xdptally --hook tc --count 1 --interval 100ms "$1" >/dev/null 2>refusal && return
	grep -q "Linux 6.6" refusal || fail "$(tail -n 1 refusal)"
	return 1
}

# has_records TYPE COUNT: whether it wrote at least so many; fails if it has ended.
has_records() {
	[ "$(grep -c "\"type\":\"$1\"" records)" -ge "$2" ] && return
	kill -0 "$xdptally" 2>/dev/null || fail "it ended: $(tail -n 1 notices)"
	return 1
}

# has_counted PACKETS: its ticks add up to as many, or xdptally ended before.
has_counted() {
	jq --slurp --exit-status -L /guest --argjson packets "$1" \
		'include "books"; ticks | sum(.total.packets) >= $packets' records >/dev/null 2>&1 && return
	kill -0 "$xdptally" 2>/dev/null || fail "it ended: $(tail -n 1 notices)"
	return 1
}

# Ends xdptally with SIGTERM and expects success.
stop_xdptally() {
	kill -TERM "$xdptally"
	expect_exit 0
}

# expect_exit CODE: waits for xdptally to end.
expect_exit() {
	local code=0
	wait "$xdptally" || code=$?
	[ "$code" = "$1" ] || fail "exit code $code, not $1: $(tail -n 1 notices)"
}

# expect FAILURE FILTER [ARGUMENT…]: fails with a message unless the jq filter is
# true for the records.
expect() {
	local failure=$1 filter=$2
	shift 2
	jq --slurp --exit-status -L /guest "$@" "include \"books\"; $filter" records >/dev/null ||
		fail "$failure"
}

# expect_only SOURCE PACKETS BYTES: the run counted this source and nothing else,
# and its ticks sum to the end record.
expect_only() {
	expect "the ticks do not sum to the end" sums_to_end
	expect "the counts are not exact" 'has_only($ip; $packets; $bytes)' \
		--arg ip "$1" --argjson packets "$2" --argjson bytes "$3"
}

# expect_mode INTERFACE: prints the mode in the start record, which must be the
# kernel's XDP_ATTACHED_ mode: 1 is native (driver), 2 is generic; none with tc.
expect_mode() {
	local mode
	mode=$(jq -r 'select(.type == "start").mode' records)
	case $mode:$(link_field here "$1" xdp.mode) in
	native:1 | generic:2 | tc:null) echo "$mode" ;;
	*) fail "mode $mode, but the kernel says $(link_field here "$1" xdp.mode)" ;;
	esac
}

# Ends xdptally without letting it clean up.
kill_xdptally() {
	kill -KILL "$xdptally"
	expect_exit 137
}

expect_detached() {
	until_true is_detached "$1"
}

is_detached() {
	[ "$(link_field here "$1" xdp.prog.id)" = null ] &&
		here bpftool --json net show dev "$1" | jq -e '.[0].xdp == []' >/dev/null &&
		! bpftool prog show | grep -q 'name xdptally'
}

# counts_exactly INTERFACE NETWORK BYTES [OPTION…]: the run counts everything that
# the peer sends, BYTES per frame, and nothing else. Prints the mode.
counts_exactly() {
	local interface=$1 network=$2 bytes=$3
	shift 3
	start_xdptally "$@" "$interface"
	expect_mode "$interface"
	send "$network.1"
	# What is between the two, a relay or the host's bridge, may be slower.
	until_true has_counted "$DATAGRAMS"
	stop_xdptally
	expect_only "$network.2" "$DATAGRAMS" "$((DATAGRAMS * bytes))"
	expect_detached "$interface"
}

# Prints on or off: whether eth0 merges frames before XDP sees them (on after boot).
# The kernel switches it off for generic XDP, and never on again.
gro_hw() {
	here ethtool -k eth0 | sed -n 's/^rx-gro-hw: \(on\|off\)$/\1/p' # not `[fixed]`
}

expect_gro_hw() {
	[ "$(gro_hw)" = "$1" ] || fail "$(here ethtool -k eth0 | grep rx-gro-hw), not $1"
}
