#!/usr/bin/env bash
# Packets behind MPLS labels, and behind four tags, are counted by their source.
# shellcheck disable=SC2016 # variables of jq

# counts_source SOURCE: what send() sends is counted, in every mode.
counts_source() {
	local options ways=("--mode native" "--mode generic")
	! has_tcx near || ways+=("--hook tc")
	for options in "${ways[@]}"; do
		# shellcheck disable=SC2086 # two words
		start_xdptally $options near
		send 10.9.0.1
		until_true has_counted "$DATAGRAMS"
		stop_xdptally
		expect "the ticks do not sum to the end ($options)" sums_to_end
		expect "the counts are not exact ($options)" \
			'any(end_record.sources[]; .ip == $ip and .packets == $packets)' \
			--arg ip "$1" --argjson packets "$DATAGRAMS"
	done
}

make_stage
join near far 10.1.0
need_module 8021q
below=far
for id in 1 2 3 4; do
	protocol=802.1q
	[ "$id" != 1 ] || protocol=802.1ad
	ip -n peer link add link "$below" name "tag$id" type vlan protocol "$protocol" id "$id"
	ip -n peer link set dev "tag$id" up
	below=tag$id
done
set_up peer tag4 10.9.0.2
add_neighbour peer tag4 10.9.0.1 "$(link_field here near address)"
counts_source 10.9.0.2
ip -n peer link del tag1
printf 'four tags'

modprobe -a mpls_router mpls_iptunnel 2>/dev/null || exit 0
ip -n peer route add 10.9.0.1/32 encap mpls 100/200/300 via inet 10.1.0.1 dev far
counts_source 10.1.0.2
printf ', three MPLS labels'
