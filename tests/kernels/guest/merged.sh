# Functions for checks of merged packets: TCP in both directions, and a wire on
# which each packet is a frame of its own.
# shellcheck shell=bash disable=SC2016 # variables of jq
# shellcheck source=tests/kernels/guest/tunnel.sh
. /guest/tunnel.sh

# The veth pair carries single frames: the kernel divides packets before it, and
# merges them behind it.
make_merged_stage() {
	local namespace interface
	make_tunnel_stage
	has_tcx near || skip "no tcx"
	for end in "here near" "peer far"; do
		read -r namespace interface <<<"$end"
		ip netns exec "$namespace" ethtool -K "$interface" tso off gso off gro on
	done
}

# send_tcp FROM TO ADDRESS: 1 MB from one namespace to the other, to the end of the
# connection.
send_tcp() {
	local listener address=$3
	[[ $address != *:* ]] || address="[$address]"
	ip netns exec "$2" socat -u "TCP6-LISTEN:5001,ipv6only=0,reuseaddr" /dev/null &
	listener=$!
	until_true ip netns exec "$2" grep -q ':1389 .* 0A ' /proc/net/tcp6
	ip netns exec "$1" bash -c 'dd if=/dev/zero bs=256k count=4 status=none | socat -u -b 262144 - "TCP:$1:5001"' _ "$address"
	wait "$listener"
	until_true is_closed "$1"
	until_true is_closed "$2"
}

# is_closed NAMESPACE: no connection is left but those in TIME_WAIT (06).
is_closed() {
	! ip netns exec "$1" cat /proc/net/tcp /proc/net/tcp6 |
		grep -qE '^ *[0-9]+: [^ ]+ [^ ]+ (0[1-5]|0[7-9]|0B|0C) '
}

# wire_counters: prints what the veth itself counted, in frames of the wire. With GRO
# its bytes are without the Ethernet header.
wire_counters() {
	ip -n here -json -s link show dev near | jq -c '.[0].stats64
		| { in: .rx, out: .tx } | map_values({ packets, bytes: (.bytes + 14 * .packets) })'
}

# buffer_counters: prints how many buffers IP has received and sent here: merged ones
# count as one, and in a tunnel each counts twice.
buffer_counters() {
	here nstat --json -asz | jq -c '.kernel
		| { in: (.IpInReceives + .Ip6InReceives), out: (.IpOutRequests + .Ip6OutRequests) }'
}

# merged_in_tunnel OVERHEAD NETWORKS MODULE ARGUMENT…: makes a tunnel of these
# arguments (see make_tunnel), and counts in it.
merged_in_tunnel() {
	local overhead=$1 networks=$2
	need_module "$3"
	make_tunnel "${@:4}"
	add_tunnel_neighbours
	# shellcheck disable=SC2086 # several words
	counts_merged tunnel "$overhead" $networks
	remove_tunnel
}

# counts_merged INTERFACE OVERHEAD NETWORK…: what tc counts on the veth, and on the
# interface, of TCP in both directions is what is on the wire; on the interface
# without OVERHEAD bytes of each packet.
counts_merged() {
	local interface=$1 overhead=$2 network before after buffers_before buffers_after
	local interfaces=(near)
	[ "$interface" = near ] || interfaces+=("$interface")
	shift 2
	before=$(wire_counters) buffers_before=$(buffer_counters)
	start_xdptally --hook tc --direction both "${interfaces[@]}"
	for network in "$@"; do
		send_tcp peer here "${network}1"
		send_tcp here peer "${network}2"
	done
	stop_xdptally
	after=$(wire_counters) buffers_after=$(buffer_counters)
	expect "$* on $interface is not what is on the wire: $before $after" '
		map(select(.type == "end")) | length == $ends and all(.[];
			.direction as $way
			| ($after[$way].packets - $before[$way].packets) as $packets
			| ($after[$way].bytes - $before[$way].bytes) as $bytes
			| (if .interface == "near" then 0 else $overhead end) as $less
			| .total == { $packets, bytes: ($bytes - $less * $packets) } and $packets > 700)' \
		--argjson before "$before" --argjson after "$after" --argjson overhead "$overhead" \
		--argjson ends "$((2 * ${#interfaces[@]}))"
	expect "little was merged: $buffers_before $buffers_after" '
		map(select(.type == "end"))
		| all(.total.packets / 2 > $after[.direction] - $before[.direction])' \
		--argjson before "$buffers_before" --argjson after "$buffers_after"
}
