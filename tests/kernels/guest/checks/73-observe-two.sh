#!/usr/bin/env bash
# The same program on two interfaces: each run counts the frames of its own.
# shellcheck source=tests/kernels/guest/holder.sh
. /guest/holder.sh

make_holder_stage
ip -n here link add near2 type veth peer name far2 netns peer
join near2 far2 10.2.0
hold xdp_adjust
hold xdp_adjust xdpdrv near2
start_xdptally --hook observe near
for _ in 1 2 3; do send 10.2.0.1; done
send 10.1.0.1
stop_xdptally
expect_only 10.1.0.2 "$DATAGRAMS" "$((DATAGRAMS * ETHERNET_BYTES))"
[ "$(given | jq add)" = "$((DATAGRAMS * 4))" ] || fail "the program saw $(given)"
