#!/usr/bin/env bash
# --hook observe counts right whatever the XDP program is like: without a type for its
# argument, one that changes the frame, one that calls another, in generic mode.
# shellcheck source=tests/kernels/guest/holder.sh
. /guest/holder.sh

make_holder_stage
bpftool map update pinned "$PINS/next" key 0 0 0 0 value pinned "$(program xdp_sort)"
for holder in xdp_untyped xdp_adjust xdp_call; do
	forget
	hold "$holder"
	start_xdptally --hook observe near
	flood 600 240
	stop_xdptally
	expect_verdicts 600
	release
done

# All fields, with networks and a filter.
forget
hold xdp_sort
start_xdptally --hook observe --prefix4 24 --filter '!192.0.2.0/24,::/0,0.0.0.0/0' --by \
	source,destination,protocol,source-port,port,tcp,dscp,mac,vlan,ethertype,verdict near
flood 600 240
stop_xdptally
expect_verdicts 600
expect "the rows are not one for each verdict" \
	'end_record.sources | length == 6 and all(.source == "10.0.0.0/24" and .protocol == "udp")'
release

# pktgen and generic XDP together crash Linux 5.10.
forget
hold xdp_adjust xdpgeneric
start_xdptally --hook observe near
send 10.1.0.1
stop_xdptally
expect_verdicts "$DATAGRAMS" "$ETHERNET_BYTES"
