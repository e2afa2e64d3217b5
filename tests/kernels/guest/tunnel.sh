# Functions for checks of tunnels between the two namespaces, over IPv4 and IPv6.
# shellcheck shell=bash disable=SC2016 # variables of jq
# shellcheck source=tests/kernels/guest/holder.sh
. /guest/holder.sh

declare -A INNER_BYTES=(["10.9.0."]=$IP_BYTES ["fd09::"]=50) # of send()'s packets, by network

# The stage of make_stage with IPv4 and IPv6 on the pair.
make_tunnel_stage() {
	local namespace interface number
	make_stage
	join near far 10.1.0
	for end in "here near 1" "peer far 2"; do
		read -r namespace interface number <<<"$end"
		add_ipv6 "$namespace" "$interface" "fd01::$number"
	done
	add_neighbour here near fd01::2 "$(link_field peer far address)"
	add_neighbour peer far fd01::1 "$(link_field here near address)"
	receive_at here
	receive_at peer
}

# add_ipv6 NAMESPACE INTERFACE ADDRESS: without what IPv6 sends on its own.
add_ipv6() {
	ip netns exec "$1" sysctl -qw "net.ipv6.conf.$2.addr_gen_mode=1" \
		"net.ipv6.conf.$2.router_solicitations=0" "net.ipv6.conf.$2.disable_ipv6=0"
	ip -n "$1" address add "$3/64" dev "$2" nodad
}

# make_tunnel ARGUMENT…: creates `tunnel` at both ends with these arguments of `ip
# link add`; MINE and OTHER stand for the ends' numbers.
make_tunnel() {
	local namespace mine other arguments
	for end in "here 1 2" "peer 2 1"; do
		read -r namespace mine other <<<"$end"
		arguments=("${@//MINE/$mine}")
		ip -n "$namespace" link add tunnel "${arguments[@]//OTHER/$other}"
		set_up "$namespace" tunnel "10.9.0.$mine"
		add_ipv6 "$namespace" tunnel "fd09::$mine"
	done
}

# Names the other end where it has to be: in a tunnel of Ethernet by its address, in
# GRE, which may have no fixed end, by the outer one.
add_tunnel_neighbours() {
	local network mine other
	case $(link_field here tunnel link_type) in
	ether) mine=$(link_field here tunnel address) other=$(link_field peer tunnel address) ;;
	gre) mine=10.1.0.1 other=10.1.0.2 ;;
	*) return ;;
	esac
	for network in 10.9.0. fd09::; do
		add_neighbour here tunnel "${network}2" "$other"
		add_neighbour peer tunnel "${network}1" "$mine"
	done
}

remove_tunnel() {
	ip -n here link del tunnel
	ip -n peer link del tunnel
}

# tunnel_counters rx|tx: prints packets and bytes by the kernel's own count, as JSON.
tunnel_counters() {
	ip -n here -json -s link show dev tunnel |
		jq -c --arg way "$1" '.[0].stats64[$way] | { packets, bytes }'
}

# has_passed rx|tx COUNTERS PACKETS: so many packets, since the counters were that.
has_passed() {
	tunnel_counters "$1" | jq -e --argjson before "$2" --argjson packets "$3" \
		'.packets - $before.packets >= $packets' >/dev/null
}

# counts_tunnel NETWORK…: what comes in and goes out through the tunnel in these
# networks (10.9.0. or fd09::) is counted by the inner source, with the inner
# packets' bytes: by XDP, beside another program there, and by tc where the kernel can.
# Prints the hooks that are a matter of the kernel.
counts_tunnel() {
	hook_counts_tunnel "--mode generic" in "$@"
	pin_holders
	hold xdp_accept xdpgeneric tunnel
	hook_counts_tunnel "--hook observe" in "$@"
	in_here bpftool net detach xdpgeneric dev tunnel
	printf 'generic'
	has_tcx near || return 0
	hook_counts_tunnel "--hook tc --direction both" "in out" "$@"
	printf ', tc'
}

# hook_counts_tunnel OPTIONS DIRECTIONS NETWORK…
hook_counts_tunnel() {
	local options=$1 directions=$2 network direction sources=() packets
	declare -A way=([in]=rx [out]=tx) sender=([in]=2 [out]=1) before=()
	shift 2
	packets=$(($# * DATAGRAMS))
	for direction in $directions; do
		before[$direction]=$(tunnel_counters "${way[$direction]}")
	done
	# shellcheck disable=SC2086 # several words
	start_xdptally $options tunnel
	for network in "$@"; do
		for direction in $directions; do
			send_from "${sender[$direction]}" "$network"
		done
	done
	for direction in $directions; do
		until_true has_passed "${way[$direction]}" "${before[$direction]}" "$packets"
	done
	stop_xdptally
	expect "the ticks do not sum to the end" 'group_by(.direction) | all(sums_to_end)'
	for direction in $directions; do
		sources=()
		for network in "$@"; do
			sources+=("$(jq -nc '{ $ip, $packets, $bytes }' --arg ip "$network${sender[$direction]}" \
				--argjson packets "$DATAGRAMS" --argjson bytes "$((DATAGRAMS * ${INNER_BYTES[$network]}))")")
		done
		expect "what went $direction is not exact ($options)" \
			'map(select(.type == "end" and .direction == $direction)) | first
			| (.sources | sort) == ($sources | sort)
			and .total == { packets: ($after.packets - $before.packets), bytes: ($after.bytes - $before.bytes) }' \
			--arg direction "$direction" --argjson before "${before[$direction]}" \
			--argjson after "$(tunnel_counters "${way[$direction]}")" \
			--argjson sources "[$(IFS=, && echo "${sources[*]}")]"
	done
}

# send_from NUMBER NETWORK: sends as send() does, from that end to the other.
send_from() {
	local namespace=peer
	[ "$1" = 2 ] || namespace=here
	ip netns exec "$namespace" bash -c 'for ((i = 0; i < $2; i++)); do echo x >"/dev/udp/$1/9"; done' \
		_ "$2$((3 - $1))" "$DATAGRAMS"
}
