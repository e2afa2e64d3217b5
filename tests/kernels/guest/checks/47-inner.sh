#!/usr/bin/env bash
# --inner counts the packets in tunnels of every kind that this kernel makes, where
# the tunnels' own packets arrive.
# shellcheck source=tests/kernels/guest/tunnel.sh disable=SC2016,SC2154 # variables of jq; lib.sh sets ours
. /guest/tunnel.sh

declare -A sent # packets, by source and outer source

# counts_inside NAME OUTER NETWORK…: what comes in these networks through the tunnel is
# counted where it arrives, with the tunnel's source.
counts_inside() {
	local name=$1 outer=$2 network key
	shift 2
	for network in "$@"; do
		send_from 2 "$network"
		key="${network}2 $outer"
		sent[$key]=$((${sent[$key]:-0} + DATAGRAMS))
		until_true has_rows "$key" "${sent[$key]}"
	done
	[ "$options" != "${ways[0]}" ] || printf '%s' "${separator:-}$name"
	separator=", "
}

# has_rows KEY PACKETS: the ticks have so many packets of this source and outer source.
has_rows() {
	jq --slurp --exit-status -L /guest --arg key "$1" --argjson packets "$2" 'include "books";
		[ticks[].sources[] | select("\(.source) \(.outerSource)" == $key) | .packets] | add == $packets' \
		records >/dev/null 2>&1 && return
	kill -0 "$xdptally" 2>/dev/null || fail "it ended: $(tail -n 1 notices)"
	return 1
}

# inside NAME MODULE OUTER NETWORK… -- ARGUMENT…: with a tunnel that `ip link` makes so,
# where the kernel can.
inside() {
	local name=$1 module=$2 outer=$3 networks=()
	shift 3
	while [ "$1" != -- ]; do
		networks+=("$1")
		shift
	done
	shift
	modprobe "$module" 2>/dev/null || return 0
	make_tunnel "$@"
	add_tunnel_neighbours
	counts_inside "$name" "$outer" "${networks[@]}"
	remove_tunnel
}

# L2TPv3 over UDP has tools of its own.
inside_l2tp() {
	local namespace mine other
	modprobe -a l2tp_core l2tp_netlink l2tp_eth 2>/dev/null || return 0
	for end in "here 1 2" "peer 2 1"; do
		read -r namespace mine other <<<"$end"
		ip -n "$namespace" l2tp add tunnel tunnel_id 7 peer_tunnel_id 7 encap udp \
			local "10.1.0.$mine" remote "10.1.0.$other" udp_sport 1701 udp_dport 1701
		ip -n "$namespace" l2tp add session name tunnel tunnel_id 7 session_id 9 peer_session_id 9 "$@"
		set_up "$namespace" tunnel "10.9.0.$mine"
		add_ipv6 "$namespace" tunnel "fd09::$mine"
	done
	add_tunnel_neighbours
	counts_inside "l2tp${1:+ with a cookie}" 10.1.0.2 10.9.0.
	for namespace in here peer; do ip -n "$namespace" l2tp del tunnel tunnel_id 7; done
}

# All that can be asked for, so that the verifier walks all of it.
everything=(
	--by "source,destination,outer-source,protocol,source-port,port,tcp,dscp,mac,vlan,ethertype"
	--filter '10.0.0.0/8,fd00::/8,!10.1.0.0/24' --inner-ports "vxlan:8472,geneve:6082,gtp:2153,l2tp:1702"
)
both=(10.9.0. fd09::)
over4=(local 10.1.0.MINE remote 10.1.0.OTHER)
over6=(local fd01::MINE remote fd01::OTHER)

DATAGRAMS=20 # many tunnels, and each datagram is a row of its own
make_tunnel_stage
ways=("--mode native" "--mode generic")
! has_tcx near || ways+=("--hook tc")
for options in "${ways[@]}"; do
	sent=()
	# shellcheck disable=SC2086 # two words
	start_xdptally $options --interval 300ms --inner "${everything[@]}" near
	inside vxlan vxlan 10.1.0.2 "${both[@]}" -- type vxlan id 7 "${over4[@]}" dstport 4789
	inside ip6tnl ip6_tunnel fd01::2 "${both[@]}" -- type ip6tnl mode any "${over6[@]}"
	if [ "$options" = "${ways[0]}" ]; then
		inside gre ip_gre 10.1.0.2 "${both[@]}" -- type gre "${over4[@]}" key 5 csum seq
		inside "erspan 2" ip_gre 10.1.0.2 10.9.0. -- type erspan "${over4[@]}" seq key 5 erspan_ver 1 erspan 7
		inside "erspan 3" ip_gre 10.1.0.2 10.9.0. -- \
			type erspan "${over4[@]}" seq key 5 erspan_ver 2 erspan_dir ingress erspan_hwid 7
		inside ip6gretap ip6_gre fd01::2 "${both[@]}" -- type ip6gretap "${over6[@]}"
		inside ipip ipip 10.1.0.2 10.9.0. -- type ipip "${over4[@]}"
		inside sit sit 10.1.0.2 fd09:: -- type sit "${over4[@]}"
		inside "vxlan on another port" vxlan fd01::2 10.9.0. -- type vxlan id 7 "${over6[@]}" dstport 8472
		inside geneve geneve 10.1.0.2 "${both[@]}" -- type geneve id 7 remote 10.1.0.OTHER
		inside_l2tp
		inside_l2tp cookie 0123456789abcdef peer_cookie 0123456789abcdef
	fi
	stop_xdptally
	expect "the ticks do not sum to the end ($options)" sums_to_end
	expect "something in a tunnel was not read ($options)" 'end_record.undecoded.packets == 0'
	for key in "${!sent[@]}"; do
		expect "what came from $key is not exact ($options)" \
			'[end_record.sources[] | select("\(.source) \(.outerSource)" == $key) | .packets] | add == $packets' \
			--arg key "$key" --argjson packets "${sent[$key]}"
	done
done
[ -n "${separator:-}" ] || skip "no module of a tunnel"
