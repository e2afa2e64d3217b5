#!/usr/bin/env bash
# IPv6 packets are counted by source; packets from the kernel itself (link-local
# source) may be among them.
# shellcheck disable=SC2016 # variables of jq

make_stage
for end in "here near 1" "peer far 2"; do
	read -r namespace interface number <<<"$end"
	ip netns exec "$namespace" sysctl -qw "net.ipv6.conf.$interface.disable_ipv6=0"
	ip -n "$namespace" address add "2001:db8::$number/64" dev "$interface" nodad
	ip -n "$namespace" link set dev "$interface" up
done
add_neighbour here near 2001:db8::2 "$(link_field peer far address)"
add_neighbour peer far 2001:db8::1 "$(link_field here near address)"
until_true is_running peer far

start_xdptally near
expect_mode near
send 2001:db8::1
stop_xdptally
expect "the ticks do not sum to the end" sums_to_end
expect "the counts are not exact" \
	'end_record.sources | map(select(.ip == "2001:db8::2").packets) == [$sent]' \
	--argjson sent "$DATAGRAMS"
