#!/usr/bin/env bash
# Frames in several buffers have the length of all of them (Linux 5.18).
# shellcheck source=tests/kernels/guest/holder.sh
. /guest/holder.sh

make_holder_stage
ip -n here link set dev near mtu 9000
ip -n peer link set dev far mtu 9000
bpftool prog load /guest/wide.bpf.o "$PINS/wide"
in_here bpftool net attach xdpdrv pinned "$PINS/wide" dev near 2>refusal ||
	skip "no frames of several buffers"
start_xdptally --hook observe near
peer bash -c 'for ((i = 0; i < 20; i++)); do
	dd if=/dev/zero bs=8000 count=1 status=none >/dev/udp/10.1.0.1/9
done'
stop_xdptally
expect_only 10.1.0.2 20 "$((20 * (8000 + ETHERNET_BYTES - 2)))"
expect "not all was dropped" 'end_record | .verdicts == { drop: .total }'
